// SPDX-License-Identifier: Apache-2.0
import { matchPath } from "react-router";
import { wasSignedIn } from "../api/session.ts";
import { type LoadedPage, type PageEntry, pages } from "../pages.ts";
import type { Connection } from "./connection.ts";
import { expectTexts } from "./languages.ts";

/** The page that an address will show. */
export interface ExpectedPage {
  readonly entry: PageEntry;
  /** `undefined`: it did not come; whoever shows it tries again, and says so. */
  readonly loaded: Promise<LoadedPage | undefined>;
}

/** Begins to fetch the page of an address and what it will ask for. Whoever was not signed in will see another one first. */
export function expectPage({ pathname, search }: Location, connection: Connection): ExpectedPage | undefined {
  if (!wasSignedIn()) return undefined;
  const entry = pages.find(({ path }) => matchPath(path, pathname === "/" ? "/overview" : pathname) !== null);
  if (entry === undefined) return undefined;
  const { id = "" } = matchPath(entry.path, pathname)?.params ?? {};
  entry.expect?.(connection, { id, search });
  return { entry, loaded: entry.load().catch(() => undefined) };
}

/** A page with its texts, both on their way at once. */
export function loadPage(page: PageEntry): Promise<LoadedPage> {
  expectTexts(page.name);
  return page.load();
}
