// SPDX-License-Identifier: Apache-2.0
import type { ComponentProps, ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

type Own = {
  /** One primary button a view; danger for what destroys. */
  readonly kind?: "primary" | "plain" | "danger" | "quiet";
  readonly icon?: IconName;
  /** It is at work: not to be pressed again, and it keeps its width. */
  readonly busy?: boolean;
} & (
  | { readonly children: ReactNode; readonly label?: never }
  /** Of a button that shows its icon alone. */
  | { readonly label: string; readonly children?: never }
);

export type ButtonProps = Own & Omit<ComponentProps<"button">, "children" | "className" | "aria-label">;

export function Button({ kind = "plain", icon, busy = false, label, children, ...rest }: ButtonProps) {
  const shape = children === undefined ? " button--icon" : "";
  return (
    <button
      type="button"
      {...rest}
      className={`button button--${kind}${shape}`}
      aria-label={label}
      title={label}
      aria-busy={busy}
      disabled={rest.disabled === true || busy}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}
