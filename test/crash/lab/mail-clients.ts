// SPDX-License-Identifier: Apache-2.0
import { sha256, withoutTraceBlock } from "../../support/expected-content.ts";
import type { Pop3Client } from "../../support/pop3-client.ts";
import type { SmtpClient } from "../../support/smtp-client.ts";
import type { KnownMailbox, KnownMessage } from "./client-ledger.ts";
import { openPop3, openSmtp, openSubmission, uniqueIds } from "./gateway-door.ts";
import { type LoadWorld, mustBe } from "./load-world.ts";
import { maildropNumbers, upstreamPassword, upstreamUser } from "./upstreams.ts";

const messagesPerSession = 50;
/** A pull takes this many at most, so that it comes to its QUIT soon. */
const pulledAtOnce = 400;

/** A journaling server: one session with many messages. */
export async function sendJournal(world: LoadWorld, mailbox: KnownMailbox, way: "data" | "bdat"): Promise<void> {
  const client = await openSmtp(world.loaded.gateway, world.loaded.ca);
  await session(world, client, () => deliver(world, client, mailbox, { way }));
}

/** One message; a reply that is not 250 is thrown. */
export async function deliver(
  world: LoadWorld,
  client: SmtpClient,
  mailbox: KnownMailbox,
  { way, isLarge }: { readonly way: "data" | "bdat"; readonly isLarge?: boolean },
): Promise<void> {
  const { content, known } = world.begin(mailbox.id, way, isLarge);
  const chunks = way === "data" ? {} : { chunkBytes: [65_536, 1000] };
  mustBe(250, await client.deliver({ from: "sender@sender.test", to: [mailbox.address], content, ...chunks }));
  world.ledger.owed(known);
}

/** A mail client that submits to its server through the proxy; the server refuses one message in ten. */
export async function submit(world: LoadWorld, mailbox: KnownMailbox): Promise<void> {
  const { gateway, ca, smtpPort: port } = world.loaded;
  const user = { user: upstreamUser, port, mailbox: mailbox.id, password: upstreamPassword };
  const client = await openSubmission(gateway, ca, user);
  await session(world, client, async () => {
    const { content } = world.begin(mailbox.id, "smtp-proxy");
    const refused = world.random(10) === 0;
    const from = refused ? "refused@sender.test" : "sender@sender.test";
    mustBe(refused ? 554 : 250, await client.deliver({ from, to: ["somebody@else.test"], content }));
  });
}

async function session(world: LoadWorld, client: SmtpClient, step: () => Promise<void>): Promise<void> {
  try {
    for (let count = 0; count < messagesPerSession && !world.stopping; count++) {
      await step();
      await world.pause();
    }
    await client.quit();
  } finally {
    client.peer.destroy();
  }
}

/** A mail client that fetches some of its maildrop through the proxy and removes some, fetched before or not. */
export async function fetchAndRemove(world: LoadWorld, mailbox: KnownMailbox): Promise<void> {
  const { gateway, ca, pop3Port: port } = world.loaded;
  const user = world.newMaildropUser(mailbox.id);
  const client = await openPop3(gateway, ca, { user, port, mailbox: mailbox.id, password: upstreamPassword });
  try {
    for (const number of maildropNumbers()) {
      if (world.stopping) break;
      if (world.random(4) > 0) {
        await client.retrieve(number);
        world.marked(user, number);
      }
      if (world.random(2) === 0) await client.command(`DELE ${number}`);
      await world.pause();
    }
    await client.quit();
  } finally {
    client.peer.destroy();
    world.forgetMaildrop(user);
  }
}

/**
 * An archive: pulls everything and removes most of it. One pull in eight ends without QUIT, so that nothing goes. `all`:
 * every message goes. Returns how many there were.
 */
export async function pullAndRemove(world: LoadWorld, mailbox: KnownMailbox, what: "all" | "most"): Promise<number> {
  const { gateway, ca } = world.loaded;
  const client = await openPop3(gateway, ca, { mailbox: mailbox.id, password: mailbox.password.value });
  try {
    const pulled = await pullKnown(world, client, mailbox);
    if (what === "most" && world.random(8) === 0) return pulled.length;
    const numbers = pulled.map((_, index) => index + 1).filter(() => what === "all" || world.random(5) > 0);
    for (const answer of await client.askPipelined(numbers.map((number) => `DELE ${number}`)))
      if (!answer.startsWith("+OK")) throw new Error(`DELE: ${answer}`);
    const removing = { begunMs: performance.now(), ackedMs: undefined as number | undefined };
    for (const number of numbers) {
      const known = pulled[number - 1];
      if (known !== undefined) known.removing = removing;
    }
    await client.quit();
    removing.ackedMs = performance.now();
    return pulled.length;
  } finally {
    client.peer.destroy();
  }
}

async function pullKnown(world: LoadWorld, client: Pop3Client, mailbox: KnownMailbox): Promise<KnownMessage[]> {
  const pulled: KnownMessage[] = [];
  const ids = await uniqueIds(client);
  const numbers = ids.map((_, index) => index + 1).slice(0, pulledAtOnce);
  for await (const message of client.retrievePipelined(numbers)) {
    const known = world.ledger.find(mailbox.id, sha256(withoutTraceBlock(message).content));
    if (known === undefined) throw new Error("a pulled message is none that was sent");
    known.uniqueId = ids[pulled.length];
    pulled.push(known);
  }
  return pulled;
}
