// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useEffect } from "react";
import { Link } from "react-router";
import { Icon } from "./icon.tsx";

interface PageHeaderProps {
  readonly title: string;
  readonly lead?: ReactNode;
  /** Where the page belongs to. */
  readonly back?: { readonly to: string; readonly text: string };
  /** The buttons of the page. */
  readonly children?: ReactNode;
}

/** The heading of a page; it is the title of the window as well. */
export function PageHeader({ title, lead, back, children }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · Postern`;
  }, [title]);
  return (
    <header className="page-header">
      <div className="page-header__text">
        {back !== undefined && (
          <Link className="page-header__back" to={back.to}>
            <Icon name="back" />
            {back.text}
          </Link>
        )}
        <h1>{title}</h1>
        {lead !== undefined && <div className="page-header__lead">{lead}</div>}
      </div>
      {children !== undefined && <div className="page-header__actions">{children}</div>}
    </header>
  );
}
