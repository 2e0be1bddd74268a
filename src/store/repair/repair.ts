// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { PosternError } from "../../base/errors.ts";
import { parseMailboxId } from "../../base/ids.ts";
import { AccountsDatabase } from "../accounts/accounts-database.ts";
import { describeAuditBreak, repairAction } from "../accounts/audit-walk.ts";
import { type DataDirectory, dataDirectory, noSegment, parseSegmentName } from "../data-directory.ts";
import { Epochs, readEpochs } from "../epochs.ts";
import { describeBreak } from "../ledger-walk.ts";
import { lockDirectory } from "../lock.ts";
import { LedgerWriter } from "../writer/ledger-writer.ts";
import { FilePlan } from "./file-plan.ts";
import { type LedgerFacts, readLedgerFacts } from "./ledger-facts.ts";
import type { RepairedMailbox, RepairParts } from "./parts.ts";
import { type Candidate, scanPayload } from "./payload-scan.ts";
import { type AccountsRepair, planAccountsRepair } from "./repair-accounts.ts";
import { repairEpochs } from "./repair-epochs.ts";
import { MessageRepair } from "./repair-messages.ts";
import { repairRegistry } from "./repair-registry.ts";
import { repairAddenda, repairSegmentAccounts, repairTally } from "./repair-sums.ts";
import { RepairLog, type RepairStep } from "./report.ts";
import { finishInstall, WorkingCopy } from "./working-copy.ts";

export type { RepairStep } from "./report.ts";

export interface RepairOptions {
  /** Else it only says what it would do. */
  readonly apply: boolean;
  readonly atMs: number;
  /** Who asks, for the audit trail. */
  readonly actor: string;
  readonly onStep?: (step: RepairStep) => void;
}

export interface RepairReport {
  readonly applied: boolean;
  readonly steps: readonly RepairStep[];
  /** The folder with the files as they were; `undefined` when nothing was changed. */
  readonly kept: string | undefined;
}

/**
 * Rebuilds what can be rebuilt of a data directory that no gateway uses. Nothing is deleted: what cannot be used is put
 * into `damaged/`, the index of before with it. What was done stands in the ledgers of the mailboxes and in the audit trail.
 * Throws `store/in-use`, `store/no-data`, `store/bad-version`.
 */
export function repairStore(root: string, options: RepairOptions): RepairReport {
  const directory = dataDirectory(root);
  if (![directory.index, directory.segments, directory.mailboxes].some((path) => existsSync(path)))
    throw new PosternError("store/no-data", root);
  const lock = lockDirectory(directory);
  try {
    // Without --apply an interrupted repair is left as it is, and the files are looked at as they are.
    if (options.apply) finishInstall(directory);
    return repairLocked(directory, options);
  } finally {
    lock.release();
  }
}

function repairLocked(directory: DataDirectory, options: RepairOptions): RepairReport {
  const log = new RepairLog((step) => options.onStep?.(step));
  const copy = WorkingCopy.make(directory, log);
  try {
    copy.index.exec("BEGIN");
    const files = new FilePlan(directory, freeSegment(directory, copy.index));
    repairIndex({ directory, index: copy.index, log, files, atMs: options.atMs });
    copy.index.exec("COMMIT");
    const accounts = planAccountsRepair(directory, log);
    if (!options.apply || log.steps.length === 0) return { applied: false, steps: log.steps, kept: undefined };
    const keep = keepFolder(directory, options.atMs);
    mkdirSync(keep, { recursive: true, mode: 0o700 });
    files.carryOut();
    accounts.carryOut(keep);
    copy.install(keep);
    tellAuditTrail(directory, accounts, { ...options, steps: log.steps });
    return { applied: true, steps: log.steps, kept: keep };
  } finally {
    copy.discard();
  }
}

function repairIndex(base: Pick<RepairParts, "directory" | "index" | "log" | "files" | "atMs">): void {
  const { index, log, atMs, directory } = base;
  const before = new Epochs(readEpochs(index));
  repairRegistry(base, before);
  const payload = scanPayload(directory, index, log);
  repairEpochs(index, payload, log, atMs);
  const epochs = new Epochs(readEpochs(index));
  const parts: RepairParts = { ...base, epochs, payload, ledger: new LedgerWriter(index, epochs) };
  const messages = new MessageRepair(parts);
  const mailboxes = readRepaired(index);
  const mentioned = new Set<number>();
  const facts = mailboxes.map((mailbox) => readLedgerFacts(index, mailbox, epochs, (met) => mentioned.add(met)));
  mailboxes.forEach((mailbox, at) => {
    const known = facts[at];
    if (known === undefined) return;
    messages.repair(mailbox, known);
    repairAddenda(parts, mailbox, known);
  });
  settleRest(parts, { mailboxes, messages, mentioned });
  repairSegmentAccounts(parts);
  mailboxes.forEach((mailbox, at) => {
    repairTally(parts, mailbox);
    closeLedger(parts, mailbox, facts[at]?.breaks ?? []);
  });
}

/** Sealed octets that belong to no message and that no ledger knows: adopted when whole, else put aside. */
function settleRest(
  { payload, files, log }: RepairParts,
  known: {
    readonly mailboxes: readonly RepairedMailbox[];
    readonly messages: MessageRepair;
    readonly mentioned: ReadonlySet<number>;
  },
): void {
  const byId = new Map(known.mailboxes.map((mailbox) => [mailbox.id, mailbox]));
  for (const candidates of payload.candidates.values()) {
    const open = candidates.filter((each) => !known.messages.claimed.has(each));
    const [first] = open;
    if (first === undefined || open.length < candidates.length || known.mentioned.has(first.sequence)) continue;
    const whole = open.find(({ cut, header }) => !cut && header !== undefined);
    const header = whole?.header;
    const mailbox = header === undefined ? undefined : byId.get(header.mailbox);
    if (whole === undefined || header === undefined || mailbox === undefined || mailbox.gone)
      putAside(first, { files, log });
    else known.messages.adopt(mailbox, whole, header);
  }
}

function putAside(candidate: Candidate, { files, log }: Pick<RepairParts, "files" | "log">): void {
  const { uniqueId, segment, sealed } = candidate;
  if (segment === noSegment) {
    const name = files.move(sealed.path);
    log.add("set-aside", `a file of nobody's, or not whole, goes to damaged/${name}`, { uniqueId });
    return;
  }
  const { name, there } = files.keep(sealed, `${uniqueId}.age`);
  if (!there) log.add("set-aside", `a record of nobody's, or not whole, is kept in damaged/${name}`, { uniqueId });
}

/** The last word in the ledger of a mailbox that was hit: what was broken in it, and how much was done. */
function closeLedger(
  { ledger, log, atMs }: RepairParts,
  mailbox: RepairedMailbox,
  breaks: LedgerFacts["breaks"],
): void {
  const whole = log.indexWasHit;
  const steps = log.of(mailbox.id);
  if (steps.length === 0 && breaks.length === 0 && !whole) return;
  const parts = [
    ...(whole ? ["the index was damaged; rows at the end of this ledger may be lost"] : []),
    ...(breaks.length > 0 ? [`rows changed or missing: ${breaks.map(describeBreak).join(" ")}`] : []),
    ...count(steps),
  ];
  ledger.append(mailbox.number, { atMs, event: "repaired", detail: parts.join("; ") });
  if (breaks.length > 0) {
    const text = `its ledger is broken at ${breaks.length} places; a row at its end tells of them`;
    log.add("ledger-closed", text, { mailbox: mailbox.id });
  }
}

function count(steps: readonly RepairStep[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { code } of steps) counts.set(code, (counts.get(code) ?? 0) + 1);
  return Array.from(counts, ([code, times]) => `${times} ${code}`);
}

function tellAuditTrail(
  directory: DataDirectory,
  { breaks }: AccountsRepair,
  told: { readonly atMs: number; readonly actor: string; readonly steps: readonly RepairStep[] },
): void {
  const database = AccountsDatabase.openForWriting(directory);
  try {
    const broken = breaks.length === 0 ? {} : { broken: breaks.map(describeAuditBreak).join(" ") };
    const after = JSON.stringify({ steps: count(told.steps).join(", "), ...broken });
    const { atMs, actor } = told;
    const about = { action: repairAction, subject: "data directory", before: null, after };
    database.apply([], { atMs, actor, origin: "command line", ...about });
  } finally {
    database.close();
  }
}

function readRepaired(index: DatabaseSync): readonly RepairedMailbox[] {
  const rows = index.prepare("SELECT number, id, removed_at FROM mailbox ORDER BY number").all();
  return rows.flatMap((row) => {
    const id = parseMailboxId(String(row["id"]));
    return id === undefined ? [] : [{ number: Number(row["number"]), id, gone: row["removed_at"] !== null }];
  });
}

/** Of no earlier repair. */
function keepFolder({ damaged }: DataDirectory, atMs: number): string {
  const stamp = new Date(atMs).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  for (let count = 1; ; count++) {
    const path = join(damaged, `before-${stamp}${count === 1 ? "" : `-${count}`}`);
    if (!existsSync(path)) return path;
  }
}

function freeSegment(directory: DataDirectory, index: DatabaseSync): number {
  const names = existsSync(directory.segments) ? readdirSync(directory.segments) : [];
  const known = index.prepare("SELECT max(number) AS last FROM segment").get();
  const rows = index.prepare("SELECT max(segment) AS last FROM message").get();
  return (
    1 +
    Math.max(
      0,
      Number(known?.["last"] ?? 0),
      Number(rows?.["last"] ?? 0),
      ...names.map((name) => parseSegmentName(name) ?? 0),
    )
  );
}
