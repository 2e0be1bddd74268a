// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { MailboxFrame } from "../../app/mailbox-frame.tsx";
import { Button } from "../../components/button.tsx";
import { SheetsOf } from "./sheets-of.tsx";
import "./set-up-sheet.css";

/** How the mail server, the mail clients and the archive of one mailbox are set up. */
export function Page() {
  const [parameters] = useSearchParams();
  return (
    <MailboxFrame actions={printButton}>
      {(mailbox) => <SheetsOf mailbox={mailbox} wanted={parameters.get("system") ?? undefined} />}
    </MailboxFrame>
  );
}

function printButton() {
  return <PrintButton />;
}

function PrintButton() {
  const { t } = useTranslation("set-up-sheet");
  return (
    <Button icon="print" onClick={() => print()}>
      {t("print")}
    </Button>
  );
}
