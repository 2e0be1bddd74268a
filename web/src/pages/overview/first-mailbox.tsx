// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/session.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { CreateDialog } from "../mailboxes/create-dialog.tsx";

/** Nothing has happened here yet; this is how it begins. */
export function FirstMailbox() {
  const { t } = useTranslation("overview");
  const may = useMay()("mailboxes:write");
  const [open, setOpen] = useState(false);
  return (
    <EmptyState title={t("firstTitle")} text={t(may ? "firstText" : "firstTextOthers")}>
      {may && (
        <>
          <Button kind="primary" icon="plus" onClick={() => setOpen(true)}>
            {t("firstCreate")}
          </Button>
          <CreateDialog open={open} onClose={() => setOpen(false)} />
        </>
      )}
    </EmptyState>
  );
}
