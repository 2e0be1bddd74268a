// SPDX-License-Identifier: Apache-2.0
import { useSearchParams } from "react-router";
import { filterOf, type MailboxFilter, usualFilter } from "../../api/mailboxes.ts";

/** In the address, so that the way back from a mailbox leads to the same list, and the list can be sent to somebody. */
export function useFilter(): readonly [MailboxFilter, (filter: MailboxFilter) => void] {
  const [words, setWords] = useSearchParams();
  const usual = new Map<string, string>(Object.entries(usualFilter));
  const set = (wanted: MailboxFilter): void =>
    setWords(
      Object.entries(wanted).filter(([name, value]) => usual.has(name) && value !== usual.get(name)),
      { replace: true },
    );
  return [filterOf(words), set];
}
