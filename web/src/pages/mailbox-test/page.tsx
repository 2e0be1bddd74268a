// SPDX-License-Identifier: Apache-2.0
import { MailboxFrame } from "../../app/mailbox-frame.tsx";
import { TestMessageCard } from "./test-message-card.tsx";

/** Sends a test message to a mailbox and shows it arrive. */
export function Page() {
  return (
    <MailboxFrame>
      {(mailbox) => (
        <div className="stack stack--narrow">
          <TestMessageCard mailbox={mailbox} />
        </div>
      )}
    </MailboxFrame>
  );
}
