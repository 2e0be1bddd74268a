// SPDX-License-Identifier: Apache-2.0
import { Dialog as Base } from "@base-ui/react/dialog";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

interface DialogProps {
  readonly open: boolean;
  /** Asked to go: by its button, Escape or a press beside it. */
  readonly onClose: () => void;
  readonly title: string;
  readonly lead?: ReactNode;
  /** It must be answered: neither Escape nor a press beside it ends it, and it has no cross. */
  readonly mustAnswer?: boolean;
  readonly children: ReactNode;
}

/** A question of its own. Focus stays inside, and goes back to where it came from. */
export function Dialog({ open, onClose, title, lead, mustAnswer = false, children }: DialogProps) {
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

interface DialogButtonsProps {
  readonly onCancel?: () => void;
  readonly children: ReactNode;
}

/** At the foot of a dialog: the way out, and the way on. */
export function DialogButtons({ onCancel, children }: DialogButtonsProps) {
  const { t } = useTranslation();
  return (
    <div className="dialog__buttons">
      {onCancel !== undefined && <Button onClick={onCancel}>{t("cancel")}</Button>}
      {children}
    </div>
  );
}
