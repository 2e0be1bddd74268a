// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";
import { Icon } from "./icon.tsx";

interface NoticeProps {
  readonly kind: "note" | "warning" | "error" | "good";
  readonly title?: string;
  readonly children?: ReactNode;
}

const icons = { note: "note", warning: "warning", error: "error", good: "check" } as const;

/** Something to know, in the flow of the page. */
export function Notice({ kind, title, children }: NoticeProps) {
  return (
    <div className={`notice notice--${kind}`}>
      <Icon name={icons[kind]} />
      <div className="notice__body">
        {title !== undefined && <p className="notice__title">{title}</p>}
        {children}
      </div>
    </div>
  );
}
