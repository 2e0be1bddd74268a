// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "./confirm-dialog.tsx";

interface RevokeTokenProps<Token> {
  /** `undefined`: nobody asks. */
  readonly token: Token | undefined;
  /** What goes with it. */
  readonly text: (token: Token) => string;
  readonly revoke: (token: Token) => Promise<void>;
  readonly onClose: () => void;
}

/** Asks before a token of the API is taken away, whosever it is. */
export function RevokeToken<Token>({ token, text, revoke, onClose }: RevokeTokenProps<Token>) {
  const { t } = useTranslation();
  const revoking = useMutation({ mutationFn: revoke, onSuccess: onClose });
  return (
    <ConfirmDialog
      open={token !== undefined}
      onClose={onClose}
      title={t("revokeToken")}
      action={t("revokeToken")}
      busy={revoking.isPending}
      error={revoking.error}
      onConfirm={() => {
        if (token !== undefined) revoking.mutate(token);
      }}
    >
      <p className="card__text">{token === undefined ? "" : text(token)}</p>
    </ConfirmDialog>
  );
}
