// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describeError, PosternError } from "../../../src/base/errors.ts";
import type { UniqueId } from "../../../src/base/ids.ts";
import { openStoreReadOnly } from "../../../src/store/read-only.ts";
import { repairStore } from "../../../src/store/repair/repair.ts";
import { type Finding, verifyStore } from "../../../src/store/verify.ts";
import { chooseDamage, type Damage } from "./damages.ts";
import type { KnownDirectory } from "./fill.ts";

/** What came of one damage. Empty `problems`: everything is as promised. */
export interface RoundResult {
  readonly seed: number;
  readonly damage: Damage;
  readonly found: "named" | "index" | "stopped" | "not needed";
  readonly lost: number;
  readonly adopted: number;
  readonly problems: readonly string[];
}

/** Copies the directory, damages the copy, verifies, repairs, and compares with what is known. */
export async function damageRound(
  known: KnownDirectory,
  { seed, kind }: { readonly seed: number; readonly kind?: string | undefined },
  copy: string,
): Promise<RoundResult> {
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(known.root, "data"), copy, { recursive: true });
  const damage = chooseDamage(copy, known, { seed, kind });
  const round = new Round(known, damage, copy);
  await round.verify();
  await round.repair();
  const { found, lost, adopted, problems } = round;
  return { seed, damage, found, lost, adopted, problems };
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
      return repairStore(this.#directory, { apply, atMs: 1_800_000_000_000, actor: "cli:lab" });
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
