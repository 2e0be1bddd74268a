// SPDX-License-Identifier: Apache-2.0
import { useMay } from "../api/session.ts";
import { pages } from "../pages.ts";

/** Gives the way to a page by its name, for who may see it and when there is one. */
export function usePagePath(): (name: string) => string | undefined {
  const may = useMay();
  return (name) => pages.find((page) => page.name === name && (page.scope === undefined || may(page.scope)))?.path;
}
