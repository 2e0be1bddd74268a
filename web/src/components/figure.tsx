// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";

interface FigureProps {
  readonly label: ReactNode;
  readonly value: ReactNode;
  /** What makes the number understood: its size, its time, its parts. */
  readonly note?: ReactNode;
}

/** Key figures beside each other. */
export function Figures({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <dl className="figures" aria-label={label}>
      {children}
    </dl>
  );
}

/** One number that matters, and what it counts. */
export function Figure({ label, value, note }: FigureProps) {
  return (
    <div className="card figure">
      <dt className="figure__label">{label}</dt>
      <dd className="figure__value">{value}</dd>
      {note !== undefined && <dd className="figure__note">{note}</dd>}
    </div>
  );
}
