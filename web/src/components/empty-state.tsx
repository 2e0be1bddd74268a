// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";

interface EmptyStateProps {
  readonly title: string;
  readonly text?: string;
  readonly heading?: "h1" | "h2" | "h3";
  /** What to do about it. */
  readonly children?: ReactNode;
}

/** Nothing is here, why, and what comes next. */
export function EmptyState({ title, text, heading: Heading = "h2", children }: EmptyStateProps) {
  return (
    <div className="empty">
      <Heading className="empty__title">{title}</Heading>
      {text !== undefined && <p className="empty__text">{text}</p>}
      {children !== undefined && <div className="empty__actions">{children}</div>}
    </div>
  );
}
