// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { Button } from "../../components/button.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { type Certificate, useChange } from "./use-certificate.ts";

/** Back to the certificate of the first start. */
export function SelfSigned({ certificate }: { readonly certificate: Certificate }) {
  const { t } = useTranslation("certificate");
  const [open, setOpen] = useState(false);
  const remove = useChange(t("used"), async (api, _nothing: undefined) => {
    const shown = await answerOf(api.DELETE("/certificate"));
    setOpen(false);
    return shown;
  });
  const isUsed = certificate.source === "self-signed" && !certificate.acme.enabled;
  if (isUsed) return <p className="card__text">{t("selfSignedIs")}</p>;
  return (
    <div className="stack">
      <p className="card__text">{t("selfSignedText")}</p>
      <div className="row">
        <Button kind="danger" onClick={() => setOpen(true)}>
          {t("selfSignedUse")}
        </Button>
      </div>
      <ConfirmDialog
        open={open}
        onClose={() => setOpen(false)}
        title={t("selfSignedUse")}
        action={t("selfSignedUse")}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate(undefined)}
      >
        <p className="card__text">{t("selfSignedConfirm")}</p>
      </ConfirmDialog>
    </div>
  );
}
