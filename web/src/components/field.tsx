// SPDX-License-Identifier: Apache-2.0
import { type ComponentProps, type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./icon.tsx";

interface FieldFrame {
  readonly label: string;
  readonly help?: ReactNode;
  /** What is wrong with the value, in words; shown at the field and read with it. */
  readonly error?: string | undefined;
  /** Says so beside the label. */
  readonly optional?: boolean;
}

interface ControlProps {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": boolean;
}

/** Label, help and error around any control. */
export function FieldAround({
  label,
  help,
  error,
  optional = false,
  children,
}: FieldFrame & { readonly children: (control: ControlProps) => ReactNode }) {
  const { t } = useTranslation();
  const id = useId();
  const described = [help === undefined ? "" : `${id}-help`, error === undefined ? "" : `${id}-error`].filter(Boolean);
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
        {optional && <span className="field__optional"> ({t("optional")})</span>}
      </label>
      {help !== undefined && (
        <div className="field__help" id={`${id}-help`}>
          {help}
        </div>
      )}
      {children({
        id,
        "aria-describedby": described.length === 0 ? undefined : described.join(" "),
        "aria-invalid": error !== undefined,
      })}
      {error !== undefined && (
        <p className="field__error" id={`${id}-error`}>
          <Icon name="error" />
          {error}
        </p>
      )}
    </div>
  );
}

type InputProps = FieldFrame & Omit<ComponentProps<"input">, "id" | "className">;

/** One line of text. */
export function Field({ label, help, error, optional, ...input }: InputProps) {
  return (
    <FieldAround {...frameOf({ label, help, error, optional })}>
      {(control) => <input className="input" {...input} {...control} />}
    </FieldAround>
  );
}

type TextAreaProps = FieldFrame & Omit<ComponentProps<"textarea">, "id" | "className">;

/** Several lines of text. */
export function TextArea({ label, help, error, optional, ...input }: TextAreaProps) {
  return (
    <FieldAround {...frameOf({ label, help, error, optional })}>
      {(control) => <textarea className="input input--area" rows={3} {...input} {...control} />}
    </FieldAround>
  );
}

type SelectProps = FieldFrame &
  Omit<ComponentProps<"select">, "id" | "className" | "children"> & {
    readonly options: readonly { readonly value: string; readonly text: string }[];
  };

/** One of a few; the control of the browser, which phones and screen readers know best. */
export function Select({ label, help, error, optional, options, ...input }: SelectProps) {
  return (
    <FieldAround {...frameOf({ label, help, error, optional })}>
      {(control) => (
        <select className="input" {...input} {...control}>
          {options.map(({ value, text }) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </FieldAround>
  );
}

type CheckboxProps = { readonly label: ReactNode; readonly help?: ReactNode } & Omit<
  ComponentProps<"input">,
  "id" | "className" | "type"
>;

export function Checkbox({ label, help, ...input }: CheckboxProps) {
  const id = useId();
  return (
    <div className="checkbox">
      <input
        type="checkbox"
        className="checkbox__box"
        {...input}
        id={id}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
      />
      <div>
        <label className="checkbox__label" htmlFor={id}>
          {label}
        </label>
        {help !== undefined && (
          <div className="field__help" id={`${id}-help`}>
            {help}
          </div>
        )}
      </div>
    </div>
  );
}

function frameOf({
  label,
  help,
  error,
  optional,
}: {
  readonly label: string;
  readonly help: ReactNode;
  readonly error: string | undefined;
  readonly optional: boolean | undefined;
}): FieldFrame {
  return { label, error, ...(help === undefined ? {} : { help }), ...(optional === undefined ? {} : { optional }) };
}
