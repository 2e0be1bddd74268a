// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerWithTag } from "../../api/api.ts";
import { type MailboxDetails, useMailboxChanged } from "../../api/mailbox.ts";
import { problemOf } from "../../api/problem.ts";
import type { Bodies } from "../../api/schema.ts";
import { useApi } from "../../api/use-api.ts";
import { Button } from "../../components/button.tsx";
import { Checkbox, Field, Select, TextArea } from "../../components/field.tsx";
import { Notice } from "../../components/notice.tsx";
import { Problem, useReasonText } from "../../components/problem.tsx";
import { useToast } from "../../components/toasts.tsx";
import { isSaidAt, linesOf, useNameError, usePeersError, useTargetsError } from "../../mailbox/field-errors.ts";
import { isPurpose, type Purpose, usePurposeOptions } from "../../mailbox/purposes.ts";

interface EditCardProps {
  readonly mailbox: MailboxDetails;
  readonly tag: string;
}

interface Form {
  readonly name: string;
  readonly description: string;
  readonly peers: string;
  readonly requireTls: boolean;
  readonly purpose: Purpose;
  readonly targets: string;
  /** What may wait, in MiB; empty: no limit. */
  readonly most: string;
}

/** Changes the settings that were seen when the form was opened; what somebody else changed meanwhile is not undone unseen. */
export function EditCard({ mailbox, tag }: EditCardProps) {
  const { t } = useTranslation("mailbox-settings");
  const [base, setBase] = useState({ form: formOf(mailbox), tag });
  const [form, setForm] = useState(base.form);
  const [tried, setTried] = useState(false);
  const edit = useEdit(mailbox.id, (changed, newTag) => {
    setBase({ form: formOf(changed), tag: newTag });
    setForm(formOf(changed));
    setTried(false);
  });
  const { free, errors } = useFormErrors(form, tried, edit.error);
  const takeTheirs = (): void => {
    setBase({ form: formOf(mailbox), tag });
    setForm(formOf(mailbox));
    edit.reset();
  };
  return (
    <section className="card" aria-labelledby="edit">
      <div className="card__head">
        <h2 id="edit">{t("settings")}</h2>
      </div>
      <form
        noValidate
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (free) edit.mutate({ form, tag: base.tag });
        }}
      >
        <Inputs form={form} onChange={setForm} errors={errors} />
        <EditProblem error={edit.error} takeTheirs={takeTheirs} keepMine={() => edit.mutate({ form, tag })} />
        <div className="row">
          <Button type="submit" kind="primary" busy={edit.isPending}>
            {t("frame:save")}
          </Button>
        </div>
      </form>
    </section>
  );
}

function useEdit(id: string, onSaved: (mailbox: MailboxDetails, tag: string) => void) {
  const { t } = useTranslation();
  const api = useApi();
  const changed = useMailboxChanged();
  const say = useToast();
  return useMutation({
    mutationFn: ({ form, tag }: { readonly form: Form; readonly tag: string }) =>
      answerWithTag(
        api.PATCH("/mailboxes/{id}", { params: { path: { id }, header: { "if-match": tag } }, body: bodyOf(form) }),
      ),
    onSuccess: async ({ answer, tag }) => {
      onSaved(answer, tag);
      say(t("saved"));
      await changed(id);
    },
    // What the others have set is fetched, so that it can be taken or overwritten.
    onError: () => changed(id),
  });
}

interface InputsProps {
  readonly form: Form;
  readonly onChange: (form: Form) => void;
  readonly errors: FieldErrors;
}

/** Those that the gateway may say something about, by its names. */
const formFields = ["name", "description", "allowedPeers", "allowedTargets", "mostWaitingBytes"] as const;
type FieldErrors = Readonly<Record<"name" | "description" | "peers" | "targets" | "most", string | undefined>>;

/** What the browser sees by itself, and what the gateway said about a field. */
function useFormErrors(form: Form, tried: boolean, refused: Error | null) {
  const { t } = useTranslation("mailbox-settings");
  const reasonText = useReasonText();
  const name = useNameError(form.name, tried);
  const peers = usePeersError(linesOf(form.peers), tried);
  const targets = useTargetsError(linesOf(form.targets), tried);
  const problem = refused === null ? undefined : problemOf(refused);
  const said = (field: (typeof formFields)[number]): string | undefined => reasonText(problem?.fields.get(field));
  const errors: FieldErrors = {
    name: name.shown ?? said("name"),
    description: said("description"),
    peers: peers.shown ?? said("allowedPeers"),
    targets: targets.shown ?? said("allowedTargets"),
    most: mostIsRight(form.most) ? said("mostWaitingBytes") : t("mostError"),
  };
  return { free: name.free && peers.free && targets.free && mostIsRight(form.most), errors };
}

function Inputs({ form, onChange, errors }: InputsProps) {
  const { t } = useTranslation(["mailbox-settings", "mailbox"]);
  return (
    <>
      <Field
        label={t("mailbox:name")}
        value={form.name}
        autoComplete="off"
        onChange={({ target }) => onChange({ ...form, name: target.value })}
        error={errors.name}
      />
      <Select
        label={t("mailbox:purpose")}
        options={usePurposeOptions()}
        value={form.purpose}
        onChange={({ target }) => isPurpose(target.value) && onChange({ ...form, purpose: target.value })}
      />
      <TextArea
        label={t("mailbox:description")}
        optional
        rows={2}
        maxLength={1000}
        value={form.description}
        onChange={({ target }) => onChange({ ...form, description: target.value.replaceAll(/[\r\n]+/g, " ") })}
        error={errors.description}
      />
      <MailInputs form={form} onChange={onChange} errors={errors} />
    </>
  );
}

/** What is taken from whom, and how much. */
function MailInputs({ form, onChange, errors }: InputsProps) {
  const { t } = useTranslation("mailbox-settings");
  return (
    <>
      <TextArea
        label={t("peers")}
        help={t("peersHelp")}
        optional
        spellCheck={false}
        value={form.peers}
        onChange={({ target }) => onChange({ ...form, peers: target.value })}
        error={errors.peers}
      />
      <Checkbox
        label={t("tlsLabel")}
        help={t("tlsHelp")}
        checked={form.requireTls}
        onChange={({ target }) => onChange({ ...form, requireTls: target.checked })}
      />
      <TextArea
        label={t("targets")}
        help={t("targetsHelp")}
        optional
        spellCheck={false}
        value={form.targets}
        onChange={({ target }) => onChange({ ...form, targets: target.value })}
        error={errors.targets}
      />
      <Field
        label={t("most")}
        help={t("mostHelp")}
        optional
        inputMode="numeric"
        autoComplete="off"
        value={form.most}
        onChange={({ target }) => onChange({ ...form, most: target.value.trim() })}
        error={errors.most}
      />
    </>
  );
}

interface EditProblemProps {
  readonly error: Error | null;
  readonly takeTheirs: () => void;
  readonly keepMine: () => void;
}

function EditProblem({ error, takeTheirs, keepMine }: EditProblemProps) {
  const { t } = useTranslation("mailbox-settings");
  if (error === null || isSaidAt(error, formFields)) return null;
  if (problemOf(error).code !== "mailbox/changed-meanwhile") return <Problem error={error} />;
  return (
    <div role="alert">
      <Notice kind="warning" title={t("conflict")}>
        <p>{t("conflictText")}</p>
        <div className="row">
          <Button onClick={takeTheirs}>{t("takeTheirs")}</Button>
          <Button onClick={keepMine}>{t("keepMine")}</Button>
        </div>
      </Notice>
    </div>
  );
}

const mebibyte = 1024 * 1024;

/** In MiB, as the gateway takes it; empty: no limit. */
function mostIsRight(most: string): boolean {
  return most === "" || (/^[0-9]{2,9}$/.test(most) && Number(most) >= 64);
}

function formOf({ allowedPeers, allowedTargets, ...mailbox }: MailboxDetails): Form {
  const { name, description, requireTls, purpose } = mailbox;
  const lists = { peers: allowedPeers.join("\n"), targets: allowedTargets.join("\n") };
  const most = mailbox.mostWaitingBytes === null ? "" : String(Math.floor(mailbox.mostWaitingBytes / mebibyte));
  return { name, description, requireTls, purpose, most, ...lists };
}

function bodyOf({ name, description, peers, targets, requireTls, purpose, most }: Form): Bodies["editMailbox"] {
  const lists = { allowedPeers: [...linesOf(peers)], allowedTargets: [...linesOf(targets)] };
  const mostWaitingBytes = most === "" ? null : Number(most) * mebibyte;
  return { name: name.trim(), description: description.trim(), requireTls, purpose, mostWaitingBytes, ...lists };
}
