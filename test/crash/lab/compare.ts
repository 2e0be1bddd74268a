// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sha256, withoutTraceBlock } from "../../support/expected-content.ts";
import type { GatewayProcess } from "../../support/gateway-process.ts";
import type { Pop3Client } from "../../support/pop3-client.ts";
import { type ClientLedger, type KnownMailbox, type KnownMessage, type Moment, standing } from "./client-ledger.ts";
import { openPop3, operate, type PullUser, uniqueIds } from "./gateway-door.ts";

/** What was compared, and what is not as it must be. */
export interface Comparison {
  /** Messages that were acknowledged before the moment and not asked to be removed: all must be there. */
  owed: number;
  /** Messages that must be there and are not, or not as they were. */
  lost: number;
  /** Messages whose removal was acknowledged: none may be there. */
  removed: number;
  /** Messages that may be there or not, and are there. */
  open: number;
  mailboxes: number;
  readonly findings: string[];
}

export interface Compared {
  readonly gateway: GatewayProcess;
  readonly ledger: ClientLedger;
  readonly moment: Moment;
}

/** Holds a gateway that was started on what is left against what everybody knew at a moment. */
export async function compare(compared: Compared): Promise<Comparison> {
  const { gateway, ledger, moment } = compared;
  const result: Comparison = { owed: 0, lost: 0, removed: 0, open: 0, mailboxes: 0, findings: [] };
  const { mailboxes } = await operate(gateway, "mailbox.list", {});
  const there = new Map(mailboxes.map((mailbox) => [mailbox.id, mailbox]));
  const ca = await gateway.certificate();
  const messages = Map.groupBy(ledger.messages.values(), ({ mailbox }) => mailbox);
  for (const known of ledger.mailboxes.values()) {
    const found = there.get(known.id);
    there.delete(known.id);
    result.mailboxes += 1;
    compareMailbox(known, found, { moment, result });
    const pulled = found === undefined ? new Map() : await pullWithOne(known, { gateway, ca, moment, result });
    compareMessages(known, pulled, { messages: messages.get(known.id) ?? [], moment, result });
  }
  for (const stranger of there.values())
    if (!ledger.wantedNames.has(stranger.name)) result.findings.push(`${stranger.id}: a mailbox that nobody made`);
  result.findings.push(...(await settingFindings(compared)), ...causeFindings(compared));
  return result;
}

async function settingFindings({ gateway, ledger, moment }: Compared): Promise<readonly string[]> {
  const { sections } = await operate(gateway, "settings.list", {});
  const found = sections
    .find(({ name }) => name === "limits")
    ?.settings.find(({ key }) => key === "commands_per_session")?.value;
  const isPossible = ledger.commandsPerSession.possible(moment).some((value) => value === found);
  return isPossible ? [] : [`the setting that was changed is ${String(found)}`];
}

function compareMailbox(
  known: KnownMailbox,
  found: { readonly name: string; readonly state: "active" | "suspended" } | undefined,
  { moment, result }: { readonly moment: Moment; readonly result: Comparison },
): void {
  const { findings } = result;
  if (found === undefined) {
    if (standing(known.creating, moment) === "done" && standing(known.removing, moment) === "not begun")
      findings.push(`${known.id}: a mailbox that was made is not there`);
    return;
  }
  if (standing(known.removing, moment) === "done") findings.push(`${known.id}: a deleted mailbox is there`);
  if (standing(known.creating, moment) === "not begun") findings.push(`${known.id}: a mailbox before its time`);
  if (!known.name.possible(moment).includes(found.name)) findings.push(`${known.id}: its name is "${found.name}"`);
  if (!known.state.possible(moment).includes(found.state)) findings.push(`${known.id}: it is ${found.state}`);
}

interface PullParts {
  readonly gateway: GatewayProcess;
  readonly ca: string;
  readonly moment: Moment;
  readonly result: Comparison;
}

/** What is in a mailbox. In the middle of a change of the password, the old one or the new one opens it: never both, never none. */
async function pullWithOne(
  known: KnownMailbox,
  { gateway, ca, moment, result }: PullParts,
): Promise<ReadonlyMap<string, string>> {
  let pulled: ReadonlyMap<string, string> = new Map();
  let opening = 0;
  // One that was asked for twice is one.
  const possible = [...new Set(known.password.possible(moment))];
  for (const password of possible) {
    const client = await signIn(gateway, ca, { mailbox: known.id, password });
    if (client === undefined) continue;
    opening += 1;
    pulled = await pull(client);
  }
  if (opening !== 1) result.findings.push(`${known.id}: ${opening} of ${possible.length} possible passwords open it`);
  return pulled;
}

/** `undefined`: the password is wrong. */
async function signIn(gateway: GatewayProcess, ca: string, user: PullUser): Promise<Pop3Client | undefined> {
  try {
    return await openPop3(gateway, ca, user);
  } catch (error) {
    if (String(error).includes("[AUTH]")) return undefined;
    throw error;
  }
}

/** Everything in a mailbox: unique-id by digest of the content. Marks nothing. */
async function pull(client: Pop3Client): Promise<ReadonlyMap<string, string>> {
  const pulled = new Map<string, string>();
  const ids = await uniqueIds(client);
  let index = 0;
  for await (const message of client.retrievePipelined(ids.map((_, at) => at + 1))) {
    pulled.set(sha256(withoutTraceBlock(message).content), ids[index] ?? "");
    index += 1;
  }
  await client.quit();
  return pulled;
}

function compareMessages(
  mailbox: KnownMailbox,
  pulled: ReadonlyMap<string, string>,
  {
    messages,
    moment,
    result,
  }: { readonly messages: readonly KnownMessage[]; readonly moment: Moment; readonly result: Comparison },
): void {
  const strange = new Map(pulled);
  for (const known of messages) {
    const isThere = strange.delete(known.sha256);
    const expected = expectedOf(known, mailbox, moment);
    const what = `${known.way} message ${known.sha256.slice(0, 12)} of ${known.bytes} octets`;
    if (expected === "there") result.owed += 1;
    if (expected === "gone") result.removed += 1;
    if (expected === "open" && isThere) result.open += 1;
    if (expected === "there" && !isThere) {
      result.lost += 1;
      result.findings.push(`${mailbox.id}: ${what} was acknowledged and is not there`);
    }
    if (expected === "gone" && isThere) result.findings.push(`${mailbox.id}: ${what} was removed and is there`);
    if (expected === "not yet" && isThere) result.findings.push(`${mailbox.id}: ${what} is there before its time`);
  }
  for (const uniqueId of strange.values()) result.findings.push(`${uniqueId}: it is nothing that anybody sent`);
}

function expectedOf(known: KnownMessage, mailbox: KnownMailbox, moment: Moment): "there" | "gone" | "open" | "not yet" {
  const removals = new Set([standing(known.removing, moment), standing(mailbox.removing, moment)]);
  if (removals.has("done")) return "gone";
  const kept = standing(known.keeping, moment);
  if (kept === "not begun") return "not yet";
  return kept === "open" || known.withdrawn || removals.has("open") ? "open" : "there";
}

/**
 * I8, in the index itself: what once arrived is there or has a row that says why not; and every removal that a client
 * has an answer for is in the ledger with its cause.
 */
function causeFindings({ gateway, ledger, moment }: Compared): readonly string[] {
  const index = new DatabaseSync(join(gateway.dataDirectory, "index.sqlite"), { readOnly: true });
  try {
    const { arrived, causes } = readFates(index);
    const findings: string[] = [];
    for (const [key, sequence] of arrived)
      if (!causes.has(key)) findings.push(`message ${sequence} is gone without a cause in the ledger`);
    for (const { mailbox, uniqueId, removing } of ledger.messages.values()) {
      if (uniqueId === undefined || standing(removing, moment) !== "done") continue;
      const sequence = Number.parseInt(uniqueId.split("-")[1] ?? "", 16);
      if (causes.get(`${mailbox} ${sequence}`)?.includes("pull") !== true)
        findings.push(`${uniqueId}: its removal by a pull is not in the ledger`);
    }
    return findings;
  } finally {
    index.close();
  }
}

/**
 * One pass over all rows, since the ledger of a long load has hundreds of thousands: `arrived`, mailbox and sequence to
 * the sequence of what arrived once and is not there; `causes`, the same names to what the ledger says took it away.
 */
function readFates(index: DatabaseSync): {
  readonly arrived: ReadonlyMap<string, number>;
  readonly causes: ReadonlyMap<string, string>;
} {
  const arrived = new Map<string, number>();
  const causes = new Map<string, string>();
  const rows = index
    .prepare("SELECT m.id, l.sequence, l.event, l.detail FROM ledger l JOIN mailbox m ON m.number = l.mailbox")
    .iterate();
  for (const { id, sequence, event, detail } of rows) {
    const key = `${String(id)} ${String(sequence)}`;
    if (event === "accepted" || event === "offered") arrived.set(key, Number(sequence));
    else if (event === "withdrawn") causes.set(key, "withdrawn");
    else if (event === "removed" && typeof detail === "string" && detail !== "") causes.set(key, detail);
  }
  const waiting = index.prepare("SELECT m.id, w.sequence FROM message w JOIN mailbox m ON m.number = w.mailbox");
  for (const { id, sequence } of waiting.iterate()) arrived.delete(`${String(id)} ${String(sequence)}`);
  return { arrived, causes };
}
