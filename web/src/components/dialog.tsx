// SPDX-License-Identifier: Apache-2.0
import { lazy, type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button.tsx";
import type { DialogProps } from "./dialog-view.tsx";
import { useOnceOpen } from "./use-once-open.ts";

const View = lazy(async () => ({ default: (await import("./dialog-view.tsx")).DialogView }));

/** A question of its own. Focus stays inside, and goes back to where it came from. */
export function Dialog(props: DialogProps) {
  if (!useOnceOpen(props.open)) return null;
  return (
    <Suspense fallback={null}>
      <View {...props} />
    </Suspense>
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
