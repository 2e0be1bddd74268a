// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describeError, PosternError } from "../../../src/base/errors.ts";
import type { UniqueId } from "../../../src/base/ids.ts";
import { openStoreReadOnly } from "../../../src/store/read-only.ts";
import { repairStore } from "../../../src/store/repair/repair.ts";
import { type Finding, verifyStore } from "../../../src/store/verify.ts";
import { chooseDamage, type Damage } from "./damages.ts";
import { type KnownDirectory, open } from "./fill.ts";
import { killRepairAt, type RepairCall, repairCalls } from "./killed-repair.ts";
import { labRepair } from "./lab-repair.ts";

/** What came of one damage. Empty `problems`: everything is as promised. */
export interface RoundResult {
  readonly seed: number;
  readonly damage: Damage;
  readonly found: "named" | "index" | "stopped" | "not needed";
  readonly lost: number;
  readonly adopted: number;
  readonly problems: readonly string[];
}

export interface DamageChoice {
  readonly seed: number;
  /** Chosen by the seed when absent. */
  readonly kind?: string | undefined;
}

/** Copies the directory, damages the copy, verifies, repairs, and compares with what is known. */
export async function damageRound(known: KnownDirectory, choice: DamageChoice, copy: string): Promise<RoundResult> {
  const damage = damageCopy(known, choice, copy);
  const round = new Round(known, damage, copy);
  await round.verify();
  await round.repair();
  const { found, lost, adopted, problems } = round;
  return { seed: choice.seed, damage, found, lost, adopted, problems };
}

function damageCopy(known: KnownDirectory, choice: DamageChoice, copy: string): Damage {
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(known.root, "data"), copy, { recursive: true });
  return chooseDamage(copy, known, choice);
}

/** A repair that nobody stopped. */
export interface WholeRepair {
  /** Every place at which it could have been killed. */
  readonly calls: readonly RepairCall[];
  /** What stands in the ledgers after it. */
  readonly ledger: ReadonlySet<string>;
}

export async function wholeRepair(known: KnownDirectory, choice: DamageChoice, copy: string): Promise<WholeRepair> {
  damageCopy(known, choice, copy);
  const calls = await repairCalls(copy);
  return { calls, ledger: readLedger(copy) };
}

/**
 * Damages a copy and kills its repair at a call. A store that can be opened then is, as by somebody who does not care;
 * the repair that comes next ends what the first one left, with all that the whole one would have saved.
 */
export async function killedRepairRound(
  known: KnownDirectory,
  { call, whole, ...choice }: DamageChoice & { readonly call: RepairCall; readonly whole: WholeRepair },
  copy: string,
): Promise<{ readonly opened: boolean; readonly problems: readonly string[] }> {
  const round = new Round(known, damageCopy(known, choice, copy), copy);
  await killRepairAt(copy, call);
  const opened = await round.open();
  await round.repairAgain();
  const ledger = readLedger(copy);
  const missing = Array.from(whole.ledger).filter((row) => !ledger.has(row));
  return { opened, problems: [...round.problems, ...missing.map((row) => `not in the ledger: ${row}`)] };
}

/** What happened to which message, without what a repair says of itself. */
function readLedger(directory: string): ReadonlySet<string> {
  const index = new DatabaseSync(join(directory, "index.sqlite"), { readOnly: true });
  const rows = index.prepare("SELECT mailbox, event, sequence FROM ledger WHERE event <> 'repaired'").all();
  index.close();
  return new Set(rows.map(({ mailbox, event, sequence }) => [mailbox, event, sequence].join(" ")));
}

class Round {
  found: RoundResult["found"] = "not needed";
  lost = 0;
  adopted = 0;
  readonly problems: string[] = [];
  readonly #known: KnownDirectory;
  readonly #damage: Damage;
  readonly #directory: string;

  constructor(known: KnownDirectory, damage: Damage, directory: string) {
    this.#known = known;
    this.#damage = damage;
    this.#directory = directory;
  }

  /** Whatever is unreadable was named, or the index as a whole; without a finding everything is there. */
  async verify(): Promise<void> {
    const findings = await this.#findings();
    const readable = await readAll(this.#directory);
    const named = new Set(findings?.map(({ uniqueId }) => uniqueId));
    const whole =
      findings === undefined || findings.some((each) => each.uniqueId === undefined && each.severity === "damage");
    if (findings === undefined) this.found = "stopped";
    else if (findings.some(({ severity, uniqueId }) => severity === "damage" && uniqueId !== undefined))
      this.found = "named";
    else if (findings.length > 0) this.found = "index";
    for (const { uniqueId, sha256 } of this.#known.messages) {
      if (readable?.get(uniqueId) === sha256 || named.has(uniqueId) || whole) continue;
      this.problems.push(`${uniqueId} cannot be read, and verify does not say so`);
    }
    for (const { uniqueId } of this.#damage.hit)
      if (!named.has(uniqueId)) this.problems.push(`${uniqueId} was hit, and verify does not name it`);
  }

  async repair(): Promise<void> {
    const first = this.#repair(false);
    const second = this.#repair(true);
    if (first === undefined || second === undefined) return;
    const texts = (steps: readonly { readonly code: string; readonly text: string }[]): string =>
      steps.map(({ code, text }) => `${code} ${text}`).join("\n");
    if (texts(first.steps) !== texts(second.steps))
      this.problems.push(`it was to do\n${texts(first.steps)}\nand did\n${texts(second.steps)}`);
    const lost = new Set(second.steps.filter(({ code }) => code === "message-lost").map(({ uniqueId }) => uniqueId));
    // What had been removed may be given up as well, when the rows that told of it are lost.
    this.lost = this.#known.messages.filter(({ uniqueId }) => lost.has(uniqueId)).length;
    this.adopted = second.steps.filter(({ code }) => code === "message-adopted").length;
    await this.#mustBeWell();
  }

  /** Tells whether a store opens; it is stopped again at once. */
  async open(): Promise<boolean> {
    try {
      await (await open(this.#directory)).stop();
      return true;
    } catch (error) {
      if (!(error instanceof PosternError)) this.problems.push(`opening failed: ${describeError(error)}`);
      return false;
    }
  }

  /** The first was killed. */
  async repairAgain(): Promise<void> {
    if (this.#repair(true) !== undefined) await this.#mustBeWell();
  }

  async #mustBeWell(): Promise<void> {
    for (const { severity, code, text } of (await this.#findings()) ?? [])
      if (severity === "damage") this.problems.push(`after the repair verify finds: ${severity} ${code} ${text}`);
    const again = this.#repair(true);
    for (const { code, text } of again?.steps ?? []) this.problems.push(`a second repair does: ${code} ${text}`);
    await this.#compare();
  }

  /** Everything that was not hit is there, octet by octet. */
  async #compare(): Promise<void> {
    const there = await readAll(this.#directory);
    const hit = new Set(this.#damage.hit.map(({ uniqueId }) => uniqueId));
    for (const { uniqueId, sha256 } of this.#known.messages) {
      const found = there?.get(uniqueId);
      if (found === undefined ? !hit.has(uniqueId) : found !== sha256)
        this.problems.push(`${uniqueId} is ${found === undefined ? "gone" : "another"} after the repair`);
    }
    if (this.lost > hit.size) this.problems.push(`${this.lost} are said to be lost, ${hit.size} were hit`);
  }

  #repair(apply: boolean): ReturnType<typeof repairStore> | undefined {
    try {
      return repairStore(this.#directory, { ...labRepair, apply });
    } catch (error) {
      this.problems.push(`repair failed: ${error instanceof Error ? error.stack : describeError(error)}`);
      return undefined;
    }
  }

  /** `undefined` when verify stopped with an error of ours. */
  async #findings(): Promise<readonly Finding[] | undefined> {
    const findings: Finding[] = [];
    try {
      for await (const finding of verifyStore(this.#directory)) findings.push(finding);
      return findings;
    } catch (error) {
      if (!(error instanceof PosternError)) this.problems.push(`verify failed: ${describeError(error)}`);
      return undefined;
    }
  }
}

/** Digests of all messages that a reader finds; `undefined` when there is nothing to be opened. */
async function readAll(directory: string): Promise<ReadonlyMap<UniqueId, string> | undefined> {
  const digests = new Map<UniqueId, string>();
  try {
    const store = await openStoreReadOnly(directory);
    try {
      for (const { id } of store.mailboxes.all()) {
        const list = await store.maildrop(id);
        for (let index = 0; index < list.count; index++) {
          const digest = await readOne(list, index).catch(() => undefined);
          if (digest !== undefined) digests.set(list.uniqueId(index), digest);
        }
      }
    } finally {
      await store.stop();
    }
  } catch {
    return digests.size === 0 ? undefined : digests;
  }
  return digests;
}

async function readOne(
  list: Awaited<ReturnType<Awaited<ReturnType<typeof openStoreReadOnly>>["maildrop"]>>,
  index: number,
): Promise<string> {
  const source = await list.open(index);
  const hash = createHash("sha256");
  for (let at = 0; at < source.message.sealedBytes; ) {
    const part = await source.read(at, 1_000_000);
    if (part.length === 0) break;
    hash.update(part);
    at += part.length;
  }
  source.close();
  return hash.digest("hex");
}
