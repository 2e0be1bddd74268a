// SPDX-License-Identifier: Apache-2.0
import { mustAddFactor, useMay, usePerson } from "../api/session.ts";
import { type PageEntry, pages } from "../pages.ts";

/** The pages that the person may see. Whoever must add a second factor first sees their account alone. */
export function useOpenPages(): readonly PageEntry[] {
  const may = useMay();
  const person = usePerson();
  if (mustAddFactor(person)) return pages.filter(({ name }) => name === "account");
  return pages.filter(({ scope }) => scope === undefined || may(scope));
}
