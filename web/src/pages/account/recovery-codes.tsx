// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePerson } from "../../api/session.ts";
import { saveFile, useKeepPage } from "../../app/shown-once.ts";
import { Button } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { Checkbox } from "../../components/field.tsx";
import { Notice } from "../../components/notice.tsx";

interface RecoveryCodesProps {
  readonly codes: readonly string[];
  readonly onDone: () => void;
}

/** Codes that nobody sees again: they stay on the screen until somebody says that they are stored. */
export function RecoveryCodes({ codes, onDone }: RecoveryCodesProps) {
  const { t } = useTranslation("account");
  const { name } = usePerson();
  const [stored, setStored] = useState(false);
  useKeepPage(!stored);
  const text = codes.map((code) => `${code}\r\n`).join("");
  const heading = t("codesFile", { name, host: location.host });
  return (
    <div className="dialog__body">
      <Notice kind="warning" title={t("codesOnce")}>
        <p>{t("codesOnceText")}</p>
      </Notice>
      <ol className="recovery-codes" aria-label={t("codes")}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div className="row">
        <Button icon="download" onClick={() => saveFile("postern-recovery-codes.txt", `${heading}\r\n\r\n${text}`)}>
          {t("saveAsFile")}
        </Button>
        <CopyButton text={text} label={t("codes")} />
      </div>
      <Checkbox label={t("codesStored")} checked={stored} onChange={({ target }) => setStored(target.checked)} />
      <div className="dialog__buttons">
        <Button kind="primary" disabled={!stored} onClick={onDone}>
          {t("done")}
        </Button>
      </div>
    </div>
  );
}
