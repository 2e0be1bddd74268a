// SPDX-License-Identifier: Apache-2.0
import { Dialog as Base } from "@base-ui/react/dialog";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./icon.tsx";

export interface DialogProps {
  readonly open: boolean;
  /** Asked to go: by its button, Escape or a press beside it. */
  readonly onClose: () => void;
  readonly title: string;
  readonly lead?: ReactNode;
  /** It must be answered: neither Escape nor a press beside it ends it, and it has no cross. */
  readonly mustAnswer?: boolean;
  readonly children: ReactNode;
}

/** The dialog itself; `dialog.tsx` fetches it when one is opened. */
export function DialogView({ open, onClose, title, lead, mustAnswer = false, children }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Base.Root
      open={open}
      onOpenChange={(wanted) => {
        if (!wanted && !mustAnswer) onClose();
      }}
      disablePointerDismissal={mustAnswer}
    >
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className="dialog">
          <div className="dialog__head">
            <Base.Title className="dialog__title">{title}</Base.Title>
            {!mustAnswer && (
              <Base.Close className="button button--quiet button--icon" aria-label={t("close")}>
                <Icon name="close" />
              </Base.Close>
            )}
          </div>
          {lead !== undefined && <Base.Description className="dialog__lead">{lead}</Base.Description>}
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
