// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { saveFile, useKeepPage } from "../app/shown-once.ts";
import { Button } from "../components/button.tsx";
import { CopyValue } from "../components/copy-button.tsx";
import { Checkbox } from "../components/field.tsx";
import { Notice } from "../components/notice.tsx";

export interface NewPassword {
  readonly id: string;
  readonly address: string;
  readonly password: string;
}

interface PasswordOnceProps {
  readonly created: NewPassword;
  /** The mailbox, for the name of the file. */
  readonly name: string;
  readonly doneText: string;
  readonly onDone: () => void;
}

/** A password that nobody can bring back: it stays on the screen until somebody says that it is stored. */
export function PasswordOnce({ created, name, doneText, onDone }: PasswordOnceProps) {
  const { t } = useTranslation("mailbox");
  const [stored, setStored] = useState(false);
  useKeepPage(!stored);
  return (
    <div className="dialog__body">
      <Notice kind="warning" title={t("onceTitle")}>
        <p>{t("onceText")}</p>
      </Notice>
      <NewPasswordFacts created={created} name={name} />
      <Checkbox label={t("stored")} checked={stored} onChange={({ target }) => setStored(target.checked)} />
      <div className="dialog__buttons">
        <Button kind="primary" disabled={!stored} onClick={onDone}>
          {doneText}
        </Button>
      </div>
    </div>
  );
}

/** What the archive needs, to be copied or kept as a file. */
export function NewPasswordFacts({ created, name }: Pick<PasswordOnceProps, "created" | "name">) {
  const { t } = useTranslation("mailbox");
  return (
    <>
      <dl className="facts">
        <dt>{t("address")}</dt>
        <dd>
          <CopyValue text={created.address} label={t("address")} />
        </dd>
        <dt>{t("user")}</dt>
        <dd>
          <CopyValue text={created.id} label={t("user")} />
        </dd>
        <dt>{t("password")}</dt>
        <dd>
          <CopyValue text={created.password} label={t("password")} />
        </dd>
      </dl>
      <div className="row">
        <Button icon="download" onClick={() => saveFile(`${fileName(name)}.txt`, fileText(t, name, created))}>
          {t("download")}
        </Button>
      </div>
    </>
  );
}

function fileText(t: (key: string) => string, name: string, { id, address, password }: NewPassword): string {
  const lines = [
    ["name", name],
    ["address", address],
    ["user", id],
    ["password", password],
  ] as const;
  return lines.map(([key, value]) => `${t(key)}: ${value}\r\n`).join("");
}

/** What every file system takes. */
function fileName(name: string): string {
  return `postern-${
    name
      .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
      .replaceAll(/^-|-$/g, "")
      .slice(0, 60) || "mailbox"
  }`;
}
