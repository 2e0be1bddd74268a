// SPDX-License-Identifier: Apache-2.0
import { useMay } from "../../api/session.ts";
import { MailboxFrame } from "../../app/mailbox-frame.tsx";
import { DeleteCard } from "./delete-card.tsx";
import { EditCard } from "./edit-card.tsx";
import { FactsCard } from "./facts-card.tsx";
import { PasswordCard } from "./password-card.tsx";
import { StateCard } from "./state-card.tsx";

/** What a mailbox is called, who may deliver to it, its state, its password and its end. */
export function Page() {
  const may = useMay();
  return (
    <MailboxFrame>
      {(mailbox, tag) => (
        <div className="stack stack--narrow">
          {may("mailboxes:write") ? (
            <>
              <EditCard mailbox={mailbox} tag={tag} />
              <StateCard mailbox={mailbox} />
              <PasswordCard mailbox={mailbox} />
              <DeleteCard mailbox={mailbox} />
            </>
          ) : (
            <FactsCard mailbox={mailbox} />
          )}
        </div>
      )}
    </MailboxFrame>
  );
}
