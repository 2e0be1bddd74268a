// SPDX-License-Identifier: Apache-2.0
import type { ApiWorld } from "./api-world.ts";

export interface SeededMailbox {
  readonly id: string;
  readonly address: string;
  readonly password: string;
}

/** Names that a page must cope with: what somebody would call them, long ones, other scripts, and markup. */
const mailboxes = [
  {
    name: "Contoso GmbH",
    purpose: "microsoft365",
    description: "Microsoft 365, journal rule for all users",
    messages: 14,
  },
  { name: "Fabrikam Oy", purpose: "google-workspace", description: "Google Workspace", messages: 5 },
  {
    name: "Müller & Söhne Maschinenbau",
    purpose: "exchange",
    description: "Exchange 2019 on-premises, Werk Süd",
    messages: 31,
  },
  { name: "Northwind Traders", purpose: "other", description: "", messages: 0 },
  { name: "Praxis Dr. Lindqvist", purpose: "postfix", description: "Postfix, always_bcc", messages: 2 },
  { name: "Ελληνικό Αρχείο Α.Ε.", purpose: "proxy", description: "Proxy for twelve Outlook users", messages: 8 },
  {
    name: "<img src=x onerror=alert(1)>",
    purpose: "other",
    description: "<script>alert(2)</script>",
    messages: 0,
    suspended: true,
  },
] as const;

/** Mailboxes with mail in them, made as anybody makes them. The first one has been pulled from. */
export async function seedMailboxes(world: ApiWorld): Promise<readonly SeededMailbox[]> {
  const root = await world.root();
  const made: SeededMailbox[] = [];
  const smtp = await world.local.smtp();
  for (const { messages, name, description, purpose, ...rest } of mailboxes) {
    const { body } = await root.call("POST", "mailboxes", { body: { name, description, purpose, requireTls: false } });
    made.push(body);
    for (let each = 0; each < messages; each++) {
      const content = Buffer.from(`Subject: ${each}\r\n\r\n${"x".repeat(700)}\r\n`.repeat(each + 1));
      const reply = await smtp.deliver({ from: "sender@example.org", to: [body.address], content });
      if (reply.code !== 250) throw new Error(reply.text);
    }
    if ("suspended" in rest) await root.call("PUT", `mailboxes/${body.id}/state`, { body: { state: "suspended" } });
  }
  await smtp.quit();
  const [first] = made;
  if (first === undefined) throw new Error("no mailbox was made");
  const pop3 = await world.local.pop3(first);
  await pop3.retrieve(1);
  await pop3.command("DELE 1");
  await pop3.command("QUIT");
  return made;
}
