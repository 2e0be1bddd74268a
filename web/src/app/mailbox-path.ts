// SPDX-License-Identifier: Apache-2.0
import { type PageEntry, pages } from "../pages.ts";

/** Where a page is for one mailbox. */
export function mailboxPath(page: Pick<PageEntry, "path">, id: string): string {
  return page.path.replace(":id", encodeURIComponent(id));
}

/** The page that a mailbox opens with: the first in the table. */
export function mailboxHome(id: string): string {
  const first = pages.find(({ place }) => place === "mailbox");
  return first === undefined ? "/mailboxes" : mailboxPath(first, id);
}

/** The page of a name, when it is there. */
export function mailboxPage(name: string, id: string): string {
  const page = pages.find((each) => each.name === name);
  return page === undefined ? mailboxHome(id) : mailboxPath(page, id);
}
