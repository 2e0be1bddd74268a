// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { problemOf } from "../../api/problem.ts";
import { Button } from "../../components/button.tsx";
import { Checkbox, Field, Select, TextArea } from "../../components/field.tsx";
import { Problem, useReasonText } from "../../components/problem.tsx";
import { linesOf } from "../../mailbox/field-errors.ts";
import { type Certificate, useChange } from "./use-certificate.ts";

const letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory";
const staging = "https://acme-staging-v02.api.letsencrypt.org/directory";

interface Form {
  readonly names: string;
  readonly contact: string;
  readonly directory: string;
  readonly other: boolean;
  readonly challenge: string;
  readonly agree: boolean;
}

/** Has an authority issue the certificate; what was set before stands in the form. */
export function AcmeForm({ acme }: { readonly acme: Certificate["acme"] }) {
  const { t } = useTranslation("certificate");
  const [form, setForm] = useState(() => formOf(acme));
  const ask = useChange(t("asked"), (api, wanted: Form) =>
    answerOf(
      api.POST("/certificate/acme", {
        body: {
          names: [...linesOf(wanted.names)],
          contact: [...linesOf(wanted.contact)],
          directoryUrl: wanted.directory.trim(),
          challenge: wanted.challenge,
          agreeTerms: wanted.agree,
        },
      }),
    ),
  );
  const reasonText = useReasonText();
  const problem = ask.error === null ? undefined : problemOf(ask.error);
  const errorAt = (field: string): string | undefined => reasonText(problem?.fields.get(`acme.${field}`));
  return (
    <form
      noValidate
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate(form);
      }}
    >
      <Inputs form={form} onChange={setForm} errorAt={errorAt} />
      {ask.isError && problem?.fields.size === 0 && <Problem error={ask.error} />}
      <div className="row">
        <Button type="submit" kind="primary" busy={ask.isPending}>
          {t("start")}
        </Button>
      </div>
    </form>
  );
}

interface InputsProps {
  readonly form: Form;
  readonly onChange: (form: Form) => void;
  readonly errorAt: (field: string) => string | undefined;
}

function Inputs({ form, onChange, errorAt }: InputsProps) {
  const { t } = useTranslation("certificate");
  return (
    <>
      <TextArea
        label={t("acmeNames")}
        help={t("acmeNamesHelp")}
        spellCheck={false}
        value={form.names}
        onChange={({ target }) => onChange({ ...form, names: target.value })}
        error={errorAt("names")}
      />
      <TextArea
        label={t("contact")}
        help={t("contactHelp")}
        optional
        rows={2}
        spellCheck={false}
        value={form.contact}
        onChange={({ target }) => onChange({ ...form, contact: target.value })}
        error={errorAt("contact")}
      />
      <Authority form={form} onChange={onChange} errorAt={errorAt} />
      <Select
        label={t("challenge")}
        help={t("challengeHelp")}
        value={form.challenge}
        onChange={({ target }) => onChange({ ...form, challenge: target.value })}
        error={errorAt("challenge")}
        options={[
          { value: "http-01", text: t("http") },
          { value: "tls-alpn-01", text: t("tls") },
        ]}
      />
      <Checkbox
        label={t("agree")}
        checked={form.agree}
        aria-invalid={errorAt("agree_terms") !== undefined}
        onChange={({ target }) => onChange({ ...form, agree: target.checked })}
        {...(errorAt("agree_terms") === undefined
          ? {}
          : { help: <span className="field__error">{t("agreeNeeded")}</span> })}
      />
    </>
  );
}

function Authority({ form, onChange, errorAt }: InputsProps) {
  const { t } = useTranslation("certificate");
  return (
    <>
      <Select
        label={t("authority")}
        value={form.other ? "other" : form.directory}
        onChange={({ target: { value } }) =>
          onChange({ ...form, other: value === "other", directory: value === "other" ? "" : value })
        }
        options={[
          { value: letsEncrypt, text: t("letsEncrypt") },
          { value: staging, text: t("letsEncryptStaging") },
          { value: "other", text: t("otherAuthority") },
        ]}
      />
      {form.other && (
        <Field
          label={t("directory")}
          type="url"
          spellCheck={false}
          placeholder="https://"
          value={form.directory}
          onChange={({ target }) => onChange({ ...form, directory: target.value })}
          error={errorAt("directory_url")}
        />
      )}
    </>
  );
}

function formOf({ names, contact, directoryUrl, challenge, agreeTerms }: Certificate["acme"]): Form {
  return {
    names: names.join("\n"),
    contact: contact.join("\n"),
    directory: directoryUrl,
    other: ![letsEncrypt, staging].includes(directoryUrl),
    challenge,
    agree: agreeTerms,
  };
}
