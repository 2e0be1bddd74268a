// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Finding, verifyStore } from "../../../src/store/verify.ts";
import { GatewayProcess } from "../../support/gateway-process.ts";
import type { ClientLedger } from "./client-ledger.ts";
import { type Comparison, compare } from "./compare.ts";
import type { Cut, InnerDisk } from "./loop-disk.ts";

/**
 * The disks of the laboratory are small; two threads serve the network, on a machine of one core as well. Where the answer
 * to a change of a password is missing, both passwords are tried, often and from one address.
 */
export const labSettings = [
  'log.format = "json"',
  'limits.disk_reserve = "1 MiB"',
  "limits.password_failures_per_address = 100000",
  "gateway.threads = 2",
];

export interface CutCheck extends Comparison {
  /** What the start had to put in order: offered messages, files that nothing points to. */
  readonly recovered: number;
}

/** Mounts a cut, starts a gateway on it, and holds what is there against what was known at that moment; then once more. */
export async function checkCut(disk: InnerDisk, cut: Cut, ledger: ClientLedger): Promise<CutCheck> {
  const findings: string[] = [];
  let check: CutCheck = { owed: 0, lost: 0, removed: 0, open: 0, mailboxes: 0, recovered: 0, findings };
  await disk.mountCut(cut);
  try {
    const data = join(disk.directory, "data");
    // On every second cut: a look at the data must not be what makes them whole.
    if (cut.number % 2 === 0)
      for (const { severity, text } of await verified(data))
        if (severity === "damage") findings.push(`before the start: ${text}`);
    check = await startAndCompare(data, { cut, ledger, findings });
  } catch (error) {
    findings.push(`it could not be looked at: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await disk.unmount();
  }
  await disk.dropCut(cut);
  return { ...check, findings: findings.map((text) => `${disk.name}, cut ${cut.number}: ${text}`) };
}

async function startAndCompare(
  data: string,
  { cut, ledger, findings }: { readonly cut: Cut; readonly ledger: ClientLedger; readonly findings: string[] },
): Promise<CutCheck> {
  const gateway = await GatewayProcess.start({ settings: labSettings, dataDirectory: data });
  try {
    const compared = await compare({ gateway, ledger, moment: cut });
    findings.push(...compared.findings);
    await gateway.stop();
    for (const { text } of await verified(data)) findings.push(`after the start: ${text}`);
    const before = stateOf(data);
    await gateway.startAgain();
    await gateway.stop();
    if (stateOf(data) !== before) findings.push("a second start changed something");
    return { ...compared, recovered: recoveredAt(gateway) };
  } finally {
    await gateway.remove();
  }
}

async function verified(data: string): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of verifyStore(data)) findings.push(finding);
  return findings;
}

/** What the first start of a gateway's log put in order. */
function recoveredAt(gateway: GatewayProcess): number {
  const line = readFileSync(gateway.logFile, "utf8")
    .split("\n")
    .find((each) => each.includes("store/recovered"));
  const found = /"outcomeUnknown":(\d+).*"sweptLargeFiles":(\d+).*"sweptSegments":(\d+)/.exec(line ?? "");
  if (found === null) throw new Error("the log does not say what the start put in order");
  return found.slice(1).reduce((sum, each) => sum + Number(each), 0);
}

/** One digest over all payload files and all rows of the index. */
function stateOf(data: string): string {
  const hash = createHash("sha256");
  for (const folder of ["segments", "large"])
    for (const name of readdirSync(join(data, folder)).toSorted())
      hash.update(`${name}\n`).update(readFileSync(join(data, folder, name)));
  const index = new DatabaseSync(join(data, "index.sqlite"), { readOnly: true });
  try {
    for (const table of ["mailbox", "message", "addendum", "ledger", "tally", "segment", "passage"])
      for (const row of index.prepare(`SELECT * FROM ${table}`).iterate()) hash.update(JSON.stringify(row));
  } finally {
    index.close();
  }
  return hash.digest("hex");
}
