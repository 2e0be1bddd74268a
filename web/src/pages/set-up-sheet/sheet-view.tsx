// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { MailboxDetails } from "../../api/mailbox.ts";
import { mailboxPage } from "../../app/mailbox-path.ts";
import { CopyButton, CopyValue } from "../../components/copy-button.tsx";
import { Notice } from "../../components/notice.tsx";
import type { Field, SheetValues, Step } from "./sheet.ts";
import { place } from "./sheet-parts.ts";

interface SheetViewProps {
  readonly system: string;
  readonly values: SheetValues;
  readonly steps: readonly Step[];
  readonly mailbox: MailboxDetails;
}

/** The steps of one system; a page of its own on paper. */
export function SheetView({ system, values, steps, mailbox }: SheetViewProps) {
  const { t } = useTranslation("set-up-sheet");
  const name = t(`systems.${system}.name`);
  const { host, port } = place(values.smtp);
  const said = { address: values.address, domain: values.domain, host, port };
  return (
    <section className="card sheet" aria-labelledby={`sheet-${system}`} data-system={system}>
      <div className="card__head">
        <h2 id={`sheet-${system}`} className="sheet__title">
          {name}
        </h2>
        <span className="soft sheet__of">{mailbox.name}</span>
      </div>
      <ol className="sheet__steps">
        {steps.map((step) => (
          <StepView key={step.key} step={step} text={(part) => t(`systems.${system}.${step.key}.${part}`, said)} />
        ))}
      </ol>
      <Conditions mailbox={mailbox} />
      <p className="sheet__foot soft">
        {t("menuWords")}{" "}
        <Link className="sheet__try" to={mailboxPage("mailbox-test", mailbox.id)}>
          {t("tryIt")}
        </Link>
      </p>
    </section>
  );
}

function StepView({ step, text }: { readonly step: Step; readonly text: (part: "title" | "text") => string }) {
  const { t } = useTranslation("set-up-sheet");
  const title = text("title");
  if (step.warning === true) {
    return (
      <li className="sheet__warning">
        <Notice kind="warning" title={title}>
          <p>{text("text")}</p>
        </Notice>
      </li>
    );
  }
  return (
    <li className="sheet__step">
      <h3>{title}</h3>
      <p className="sheet__text">{text("text")}</p>
      {step.fields !== undefined && <Fields fields={step.fields} />}
      {step.code !== undefined && (
        <div className="sheet__code">
          <pre className="code-block">{step.code}</pre>
          <CopyButton text={step.code} label={t("copyOf", { title })} />
        </div>
      )}
    </li>
  );
}

function Fields({ fields }: { readonly fields: readonly Field[] }) {
  const { t } = useTranslation("set-up-sheet");
  return (
    <dl className="facts sheet__fields">
      {fields.map(({ label, value, word }) => (
        <div key={label} className="sheet__field">
          <dt>{t(`fields.${label}`)}</dt>
          <dd>
            {value === undefined ? t(`words.${word ?? ""}`) : <CopyValue text={value} label={t(`fields.${label}`)} />}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Under which conditions this very mailbox takes mail. */
function Conditions({ mailbox: { requireTls, allowedPeers } }: { readonly mailbox: MailboxDetails }) {
  const { t } = useTranslation("set-up-sheet");
  if (!requireTls && allowedPeers.length === 0) return null;
  return (
    <Notice kind="note">
      {requireTls && <p>{t("requireTls")}</p>}
      {allowedPeers.length > 0 && <p>{t("peers", { peers: allowedPeers.join(", ") })}</p>}
    </Notice>
  );
}
