// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { useApi } from "../../api/use-api.ts";
import { Dialog } from "../../components/dialog.tsx";
import { Notice } from "../../components/notice.tsx";
import { useToast } from "../../components/toasts.tsx";
import { AddPasskey } from "./add-passkey.tsx";
import { AddTotp } from "./add-totp.tsx";
import { AskPassword } from "./ask-password.tsx";
import { type Factor, useAccountChanged } from "./queries.ts";
import { RecoveryCodes } from "./recovery-codes.tsx";

/** What somebody wants to do with the second factors. */
export type Asked =
  | { readonly kind: "totp" | "passkey" | "codes" }
  | { readonly kind: "remove"; readonly factor: Factor };

interface FactorDialogProps {
  readonly asked: Asked | undefined;
  readonly onClose: () => void;
}

const titles = { totp: "addTotp", passkey: "addPasskey", codes: "newCodes", remove: "removeFactor" } as const;

export function FactorDialog({ asked, onClose }: FactorDialogProps) {
  const { t } = useTranslation("account");
  const [codes, setCodes] = useState<readonly string[]>();
  // While it closes it keeps what it had.
  const [last, setLast] = useState<Asked>();
  if (asked !== undefined && asked !== last) setLast(asked);
  const shown = asked ?? last;
  const changed = useAccountChanged();
  const say = useToast();
  const finish = (made: readonly string[] | null): void => {
    void changed();
    if (made !== null) {
      setCodes(made);
      return;
    }
    say(t("changed"));
    onClose();
  };
  const close = (): void => {
    setCodes(undefined);
    onClose();
  };
  const title = codes === undefined ? t(titles[shown?.kind ?? "totp"]) : t("codes");
  return (
    <Dialog open={asked !== undefined} onClose={close} title={title} mustAnswer={codes !== undefined}>
      {codes === undefined
        ? shown !== undefined && <Form asked={shown} onCancel={close} onAdded={finish} />
        : asked !== undefined && <RecoveryCodes codes={codes} onDone={close} />}
    </Dialog>
  );
}

interface FormProps {
  readonly asked: Asked;
  readonly onCancel: () => void;
  readonly onAdded: (codes: readonly string[] | null) => void;
}

function Form({ asked, onCancel, onAdded }: FormProps) {
  const { t } = useTranslation("account");
  const api = useApi();
  switch (asked.kind) {
    case "totp":
      return <AddTotp onCancel={onCancel} onAdded={onAdded} />;
    case "passkey":
      return <AddPasskey onCancel={onCancel} onAdded={onAdded} />;
    case "codes":
      return (
        <AskPassword
          action={t("newCodes")}
          onCancel={onCancel}
          run={async (password) => {
            const renewed = await answerOf(api.POST("/account/second-factors/recovery-codes", { body: { password } }));
            onAdded(renewed.recoveryCodes);
          }}
        >
          <p className="card__text">{t("newCodesText")}</p>
        </AskPassword>
      );
    case "remove":
      return <RemoveFactor factor={asked.factor} onCancel={onCancel} onAdded={onAdded} />;
    default:
      return asked satisfies never;
  }
}

function RemoveFactor({ factor, onCancel, onAdded }: Omit<FormProps, "asked"> & { readonly factor: Factor }) {
  const { t } = useTranslation("account");
  const api = useApi();
  return (
    <AskPassword
      action={t("remove")}
      kind="danger"
      onCancel={onCancel}
      run={async (password) => {
        const params = { path: { id: factor.id } };
        await answerOf(api.POST("/account/second-factors/{id}/remove", { params, body: { password } }));
        onAdded(null);
      }}
    >
      <Notice kind="warning">{t("removeFactorText", { name: factor.name })}</Notice>
    </AskPassword>
  );
}
