// SPDX-License-Identifier: Apache-2.0
import { createHash, createSecretKey } from "node:crypto";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../../src/base/clock.ts";
import type { MailboxId, UniqueId } from "../../../src/base/ids.ts";
import { Capture, type CaptureTarget } from "../../../src/capture/capture.ts";
import { parseRecipient } from "../../../src/seal/keys.ts";
import type { Store } from "../../../src/store/contract.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { LocalGateway, type LocalMailbox } from "../../support/local-gateway.ts";

/** A message as it was kept, and where. */
export interface KnownMessage {
  readonly mailbox: MailboxId;
  readonly uniqueId: UniqueId;
  /** Without the trace block, as it was delivered. */
  readonly content: Buffer;
  /** Of the sealed octets, from the index before any damage. */
  readonly sha256: string;
  readonly segment: number;
  readonly offset: number;
  readonly sealedBytes: number;
  readonly addenda: number;
}

export interface KnownDirectory {
  /** Holds `data`, the data directory. */
  readonly root: string;
  readonly mailboxes: readonly LocalMailbox[];
  readonly messages: readonly KnownMessage[];
}

const runs = 3;
const sizes = [300, 9_000, 40_000, 700_000, 2_000, 70_000, 15_000] as const;

/**
 * Two mailboxes, three runs of the gateway with several segments each, large files, addenda, proxied messages with and
 * without their verdict, refusals, removals. Everything is sealed for real, so that a gateway can hand it out.
 */
export async function fillDirectory(root: string): Promise<KnownDirectory> {
  const gateway = await LocalGateway.start(root);
  const mailboxes = [await gateway.createMailbox(), await gateway.createMailbox()];
  await gateway.gateway.stop();
  const contents = new Map<UniqueId, Buffer>();
  for (let run = 0; run < runs; run++) {
    const store = await open(join(root, "data"));
    for (const [at, { id }] of mailboxes.entries()) await fillMailbox(store, id, { seed: run * 10 + at, contents });
    if (run === runs - 1) keepLiveIndex(root);
    await store.stop();
  }
  return { root, mailboxes, messages: readPlaces(join(root, "data"), contents) };
}

/** The index with its log, as a kill at this moment would leave them: a clean stop moves the log into the index. */
function keepLiveIndex(root: string): void {
  mkdirSync(liveIndex(root));
  for (const suffix of ["", "-wal"])
    copyFileSync(join(root, "data", `index.sqlite${suffix}`), join(liveIndex(root), `index.sqlite${suffix}`));
}

export function liveIndex(root: string): string {
  return join(root, "live");
}

/** A store that fills its segments soon, so that there are several. */
export function open(directory: string): Promise<Store> {
  const log = { event: () => undefined };
  const options = { diskReserveBytes: 0, repeatedDeliveryMs: 3_600_000, segmentBytes: 60_000 };
  return openStore({ directory, clock: systemClock, log, ...options });
}

async function fillMailbox(
  store: Store,
  id: string,
  { seed, contents }: { readonly seed: number; readonly contents: Map<UniqueId, Buffer> },
): Promise<void> {
  const row = store.mailboxes.all().find((each) => each.id === id);
  if (row === undefined) throw new Error(`no mailbox ${id}`);
  const target = { mailbox: row.id, recipient: parseRecipient(row.recipient) };
  for (const [at, bytes] of sizes.entries()) {
    const content = contentOf(seed * 100 + at, bytes);
    const [kept] = await keep(store, target, content);
    if (kept !== undefined) contents.set(kept.uniqueId, content);
  }
  // Delivered again: a second receipt beside the first.
  await keep(store, target, contentOf(seed * 100, sizes[0]));
  const proxied = contentOf(seed * 100 + 50, 5_000);
  contents.set(await relay(store, target, proxied, "accepted"), proxied);
  const uncertain = contentOf(seed * 100 + 51, 600_000);
  contents.set(await relay(store, target, uncertain, "unknown"), uncertain);
  store.noteRefusal(target.mailbox, "smtp/refused");
  const maildrop = await store.maildrop(target.mailbox, "fill");
  maildrop.notePulled(1);
  const removed = [1, 3];
  for (const index of removed) contents.delete(maildrop.uniqueId(index));
  await maildrop.remove(removed, "pulled");
  maildrop.release();
}

type Target = Pick<CaptureTarget, "mailbox" | "recipient">;

function begin(store: Store, target: Target): Capture {
  const stages = { store, fingerprintKey: createSecretKey(Buffer.alloc(32, 1)) };
  const address = `${target.mailbox}@journal.test`;
  const envelope = {
    source: "journal",
    reversePath: "sender@example.org",
    mailParameters: "",
    hello: "lab.test",
    peer: { address: "192.0.2.1", port: 25 },
    tls: undefined,
    protocol: "ESMTP",
    receivedBy: "gateway.test",
    receivedAtMs: systemClock.nowMs(),
  } as const;
  return Capture.begin(stages, envelope, [{ ...target, recipients: [{ address, parameters: "" }] }]);
}

export async function keep(store: Store, target: Target, content: Buffer): ReturnType<Capture["keep"]> {
  const capture = begin(store, target);
  await capture.write(Buffer.from(content));
  return capture.keep();
}

async function relay(
  store: Store,
  target: Target,
  content: Buffer,
  outcome: "accepted" | "unknown",
): Promise<UniqueId> {
  const capture = begin(store, target);
  await capture.write(Buffer.from(content));
  await capture.prepare();
  await capture.settle(outcome, { reply: "250 2.0.0 Ok" });
  return capture.uniqueIds[0] ?? "";
}

/** Lines that tell the messages apart, CRLF at the end, nothing that POP3 would change. */
export function contentOf(seed: number, bytes: number): Buffer {
  const lines = [`Subject: message ${seed}`, ""];
  for (let total = 0, count = 0; total < bytes; count++) {
    const line = createHash("sha256").update(`${seed} ${count}`).digest("base64");
    total += line.length + 2;
    lines.push(line);
  }
  return Buffer.from(`${lines.join("\r\n")}\r\n`);
}

function readPlaces(directory: string, contents: ReadonlyMap<UniqueId, Buffer>): readonly KnownMessage[] {
  const index = new DatabaseSync(join(directory, "index.sqlite"), { readOnly: true });
  const rows = index
    .prepare(
      `SELECT b.id AS mailbox, m.sequence, m.segment, m.offset, m.sealed_bytes AS sealedBytes, lower(hex(l.sha256)) AS sha256,
         (SELECT count(*) FROM addendum a WHERE a.mailbox = m.mailbox AND a.sequence = m.sequence) AS addenda
       FROM message m JOIN mailbox b ON b.number = m.mailbox
       JOIN ledger l ON l.mailbox = m.mailbox AND l.position = m.ledger_position ORDER BY m.sequence`,
    )
    .all();
  index.close();
  const ids = new Map(Array.from(contents.keys(), (id) => [Number.parseInt(id.slice(9), 16), id]));
  return rows.map((row) => {
    const uniqueId = ids.get(Number(row["sequence"])) ?? "";
    const content = contents.get(uniqueId);
    if (content === undefined) throw new Error(`no content of ${String(row["sequence"])} is known`);
    return {
      mailbox: `mbx-${String(row["mailbox"]).slice(4)}`,
      uniqueId,
      content,
      sha256: String(row["sha256"]),
      segment: Number(row["segment"]),
      offset: Number(row["offset"]),
      sealedBytes: Number(row["sealedBytes"]),
      addenda: Number(row["addenda"]),
    };
  });
}
