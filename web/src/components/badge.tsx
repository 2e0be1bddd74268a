// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";

interface BadgeProps {
  readonly kind?: "neutral" | "good" | "warning" | "error" | "accent";
  readonly children: ReactNode;
}

/** A state in a word. The colour repeats it and is never alone. */
export function Badge({ kind = "neutral", children }: BadgeProps) {
  return <span className={`badge badge--${kind}`}>{children}</span>;
}
