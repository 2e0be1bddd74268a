// SPDX-License-Identifier: Apache-2.0
import { matchPath } from "react-router";
import { type PageEntry, pages } from "../pages.ts";
import { expectTexts } from "./languages.ts";

/** Begins to fetch the page of an address with its texts. */
export function expectPage(pathname: string): void {
  const wanted = pathname === "/" ? pages[0] : pages.find(({ path }) => matchPath(path, pathname) !== null);
  if (wanted !== undefined) void loadPage(wanted);
}

/** A page with its texts, both on their way at once. */
export function loadPage(page: PageEntry): ReturnType<PageEntry["load"]> {
  expectTexts(page.name);
  // What is said of every mailbox.
  if (page.path.startsWith("/mailboxes")) expectTexts("mailbox");
  return page.load();
}
