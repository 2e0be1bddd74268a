// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button.tsx";
import { Dialog, DialogButtons } from "./dialog.tsx";
import { FieldAround } from "./field.tsx";
import { Problem } from "./problem.tsx";

interface ConfirmDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** What will be gone, in numbers. */
  readonly children: ReactNode;
  /** To be typed before it can be done; without it pressing the button is enough. */
  readonly name?: string;
  readonly action: string;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onConfirm: () => void;
}

/** Asks before something is done that cannot be undone. */
export function ConfirmDialog({ open, onClose, title, children, ...rest }: ConfirmDialogProps) {
  return (
    <Dialog open={open} onClose={onClose} title={title}>
      <ConfirmForm onClose={onClose} {...rest}>
        {children}
      </ConfirmForm>
    </Dialog>
  );
}

export type ConfirmFormProps = Omit<ConfirmDialogProps, "open" | "title">;

/** Made anew with each opening of the dialog, so that what was typed does not stay. */
export function ConfirmForm({ onClose, children, name, action, busy, error, onConfirm }: ConfirmFormProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const fits = name === undefined || typed.trim() === name;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (fits) onConfirm();
      }}
    >
      {children}
      {name !== undefined && (
        <TypedName
          name={name}
          typed={typed}
          onType={setTyped}
          error={tried && !fits ? t("typeNameWrong") : undefined}
        />
      )}
      {error !== null && error !== undefined && <Problem error={error} />}
      <DialogButtons onCancel={onClose}>
        <Button type="submit" kind="danger" busy={busy}>
          {action}
        </Button>
      </DialogButtons>
    </form>
  );
}

interface TypedNameProps {
  readonly name: string;
  readonly typed: string;
  readonly onType: (text: string) => void;
  readonly error: string | undefined;
}

function TypedName({ name, typed, onType, error }: TypedNameProps) {
  const { t } = useTranslation();
  return (
    <FieldAround label={t("typeName", { name })} error={error}>
      {(control) => (
        <input
          className="input"
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={({ target }) => onType(target.value)}
          {...control}
        />
      )}
    </FieldAround>
  );
}
