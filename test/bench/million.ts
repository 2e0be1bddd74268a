// SPDX-License-Identifier: Apache-2.0

/**
 * A mailbox in which a million messages wait: how long a start, a sign-in and a unique-id listing take, what they need
 * of memory, and what the listing does to the rate at which mail comes in meanwhile.
 */
import { systemClock } from "../../src/base/clock.ts";
import { parseMailboxId } from "../../src/base/ids.ts";
import { openStore } from "../../src/store/open-store.ts";
import { type CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { peerPath } from "../support/peers.ts";
import { Pop3Client } from "../support/pop3-client.ts";
import { runProgram } from "../support/run-program.ts";
import { anonymousBytesOf, peakWhile } from "./process-cost.ts";
import { median, printTable, progress } from "./report.ts";

const MiB = 1024 * 1024;
const fullCount = 1_000_000;
/** What the fill has under way at once; more only takes memory. */
const depositsAtOnce = 2000;
/** What waits need not open: only listings are asked for. */
const sealedBytes = 300;
/** Node's thread pool has four threads, each of which checks one sooner or later. */
const passwordChecks = 12;
const senders = 20;
const intakeMessages = 3000;

export async function benchMillion(rounds: number, share: number): Promise<void> {
  const count = Math.round(fullCount * share);
  const gateway = await GatewayProcess.start({ configuration: '[log]\nlevel = "warn"\n' });
  try {
    const full = await gateway.createMailbox("full", "--no-require-tls");
    const empty = await gateway.createMailbox("empty", "--no-require-tls");
    await gateway.stop();
    await fill(gateway.dataDirectory, full, count);
    const startMs = await timed(() => gateway.startAgain());
    // Each thread that checks passwords keeps the memory of its first check: that belongs to no listing.
    for (let check = 0; check < passwordChecks; check++) await pull(gateway, empty);
    const idle = await anonymousBytesOf(gateway.pid);
    const figures: { readonly signInMs: number; readonly uidlMs: number }[] = [];
    let peak = 0;
    for (let round = 1; round <= rounds; round++) {
      progress(`listing, round ${round} of ${rounds}`);
      const passwordMs = (await pull(gateway, empty)).signInMs;
      const during = await peakWhile(
        () => anonymousBytesOf(gateway.pid),
        async () => {
          const { signInMs, uidlMs } = await pull(gateway, full);
          figures.push({ signInMs: signInMs - passwordMs, uidlMs });
        },
      );
      peak = Math.max(peak, during);
    }
    report(count, [
      ["start of the program with the mailbox", startMs, 2000],
      ["sign-in beyond the password check", median(figures.map(({ signInMs }) => signInMs)), 500],
      ["UIDL", median(figures.map(({ uidlMs }) => uidlMs)), 600],
    ]);
    const aboveMiB = (peak - idle) / MiB;
    console.log(`memory above idle: ${aboveMiB.toFixed(0)} MiB (${aboveMiB <= 80 ? "reached" : "missed"}: 80)`);
    await benchIntakeMeanwhile(gateway, { full, empty }, rounds);
  } finally {
    await gateway.remove();
  }
}

/** Intake into another mailbox, alone and while somebody signs in and lists again and again. */
async function benchIntakeMeanwhile(
  gateway: GatewayProcess,
  { full, empty }: { readonly full: CreatedMailbox; readonly empty: CreatedMailbox },
  rounds: number,
): Promise<void> {
  const [alone, meanwhile]: [number[], number[]] = [[], []];
  await takeIn(gateway, empty);
  for (let round = 1; round <= rounds; round++) {
    progress(`intake, round ${round} of ${rounds}`);
    alone.push(await takeIn(gateway, empty));
    const over = new AbortController();
    const listing = listUntil(gateway, full, over.signal);
    meanwhile.push(await takeIn(gateway, empty));
    over.abort();
    console.log(`  listings meanwhile: ${await listing}`);
  }
  const ratio = median(meanwhile) / median(alone);
  printTable("Intake, 4 KiB, messages/s", [
    ["nobody lists", "somebody lists all the time", "ratio"],
    [median(alone).toFixed(0), median(meanwhile).toFixed(0), ratio.toFixed(2)],
  ]);
}

async function listUntil(gateway: GatewayProcess, mailbox: CreatedMailbox, over: AbortSignal): Promise<number> {
  let listings = 0;
  while (!over.aborted) {
    await pull(gateway, mailbox);
    listings += 1;
  }
  return listings;
}

async function takeIn(gateway: GatewayProcess, mailbox: CreatedMailbox): Promise<number> {
  const load = ["-s", `${senders}`, "-m", `${intakeMessages}`, "-l", "4096", "-d", "-f", "sender@bench.test"];
  const milliseconds = await timed(async () => {
    await runProgram(peerPath("smtp-source"), [...load, "-t", mailbox.address, `127.0.0.1:${gateway.ports.smtp}`]);
  });
  return (intakeMessages * 1000) / milliseconds;
}

async function pull(
  gateway: GatewayProcess,
  mailbox: CreatedMailbox,
): Promise<{ readonly signInMs: number; readonly uidlMs: number }> {
  const client = await Pop3Client.connect({ port: gateway.ports.pop3s, tls: { rejectUnauthorized: false } });
  const signInMs = await timed(() => client.signIn(mailbox.id, mailbox.password));
  const uidlMs = await timed(async () => {
    await client.command("UIDL");
    await client.measureBlock("");
  });
  await client.command("QUIT");
  return { signInMs, uidlMs };
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await run();
  return performance.now() - from;
}

/** Puts messages into the mailbox by the store itself: by SMTP a million would take many minutes. */
async function fill(directory: string, { id: text }: CreatedMailbox, count: number): Promise<void> {
  const log = { event: () => undefined };
  const store = await openStore({ directory, clock: systemClock, log, diskReserveBytes: 0, repeatedDeliveryMs: 0 });
  try {
    const id = parseMailboxId(text);
    const row = id === undefined ? undefined : store.mailboxes.get(id);
    if (row === undefined) throw new Error("the mailbox is gone");
    const facts = { traceBytes: 100, contentBytes: 200, contentPop3Bytes: 200, deviations: 0 };
    const sealed = Buffer.alloc(sealedBytes, 7);
    for (let done = 0; done < count; done += depositsAtOnce) {
      if (done % 50_000 === 0) progress(`filling: ${done} of ${count}`);
      const kept = Array.from({ length: Math.min(depositsAtOnce, count - done) }, async () => {
        const deposit = store.begin(row.id, { source: "journal", receivedAtMs: done, sealedTo: row.recipient });
        await deposit.write(Buffer.from(sealed));
        return deposit.commit(facts);
      });
      await Promise.all(kept);
    }
  } finally {
    await store.stop();
  }
}

function report(count: number, rows: readonly (readonly [what: string, ms: number, targetMs: number])[]): void {
  printTable(`A mailbox of ${count} messages`, [
    ["", "ms", "to reach"],
    ...rows.map(([what, ms, targetMs]) => [
      what,
      `${ms.toFixed(0)} (${ms <= targetMs ? "reached" : "missed"})`,
      `<= ${targetMs}`,
    ]),
  ]);
}
