// SPDX-License-Identifier: Apache-2.0

/**
 * A mailbox in which a million messages wait: how long a start, a sign-in and a unique-id listing take, what they need
 * of memory, and what the listing does to the rate at which mail comes in meanwhile.
 */
import type { CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { Pop3Client } from "../support/pop3-client.ts";
import { startBenchGateway } from "./bench-gateway.ts";
import type { BenchRun, Figures } from "./bench-run.ts";
import { compare, conclude, mediansOf } from "./comparison.ts";
import { deposit, rowOf, withStore } from "./fill.ts";
import { rateColumn } from "./intake.ts";
import { anonymousBytesOf, cpuMsOf, peakWhile } from "./process-cost.ts";
import { progress } from "./report.ts";
import { sendBySource } from "./smtp-source-load.ts";

const MiB = 1024 * 1024;
const fullCount = 1_000_000;
/** Node's thread pool has four threads, each of which checks one sooner or later. */
const passwordChecks = 12;
const senders = 20;
const intakeMessages = 3000;

export async function benchMillion(run: BenchRun): Promise<void> {
  const count = Math.round(fullCount * run.share);
  const gateway = await startBenchGateway(run);
  try {
    const full = await gateway.createMailbox("full", "--no-require-tls");
    const empty = await gateway.createMailbox("empty", "--no-require-tls");
    await gateway.stop();
    await withStore(gateway.dataDirectory, (store) => deposit(store, [rowOf(store, full)], count));
    const starts = [await timed(() => gateway.startAgain())];
    for (let again = 1; again < run.rounds; again++) {
      await gateway.stop();
      starts.push(await timed(() => gateway.startAgain()));
    }
    // Each thread that checks passwords keeps the memory of its first check: that belongs to no listing.
    for (let check = 0; check < passwordChecks; check++) await pull(gateway, empty);
    const idle = await anonymousBytesOf(gateway.pid);
    const rounds: Figures[] = [];
    for (const startMs of starts) {
      progress(`listing, round ${rounds.length + 1} of ${run.rounds}`);
      const passwordMs = (await pull(gateway, empty)).signInMs;
      let listing = { signInMs: Number.NaN, uidlMs: Number.NaN };
      const peak = await peakWhile(
        () => anonymousBytesOf(gateway.pid),
        async () => {
          listing = await pull(gateway, full);
        },
      );
      const signInMs = listing.signInMs - passwordMs;
      rounds.push({ startMs, signInMs, uidlMs: listing.uidlMs, aboveMiB: (peak - idle) / MiB });
    }
    report(run, count, rounds);
    await benchIntakeBehind(run, gateway, full);
    await benchIntakeMeanwhile(run, gateway, { full, empty });
  } finally {
    await gateway.remove();
  }
}

/** Intake into the full mailbox, beside another gateway in which nothing waits. */
async function benchIntakeBehind(run: BenchRun, gateway: GatewayProcess, full: CreatedMailbox): Promise<void> {
  const other = await startBenchGateway(run);
  try {
    const empty = await other.createMailbox("bench", "--no-require-tls");
    const name = "nothing waits";
    await compare(
      run,
      {
        title: "Intake, 4 KiB, behind a million waiting messages",
        method: "smtp-source sends to the full mailbox, and to one of a second gateway that is empty.",
        columns: [rateColumn, { figure: "cpuMs", heading: "CPU ms/message", digits: 2 }],
        goals: [{ figure: "perSecond", over: name, atLeast: 0.9 }],
        warmUps: 2,
      },
      [
        { name: "a million wait", measure: () => takeInWithCost(gateway, full) },
        { name, measure: () => takeInWithCost(other, empty) },
      ],
    );
  } finally {
    await other.remove();
  }
}

async function takeInWithCost(gateway: GatewayProcess, mailbox: CreatedMailbox): Promise<Figures> {
  const before = await cpuMsOf(gateway.pid);
  const perSecond = await takeIn(gateway, mailbox);
  return { perSecond, cpuMs: ((await cpuMsOf(gateway.pid)) - before) / intakeMessages };
}

/** Intake into another mailbox, alone and while somebody signs in and lists again and again. */
async function benchIntakeMeanwhile(
  run: BenchRun,
  gateway: GatewayProcess,
  { full, empty }: { readonly full: CreatedMailbox; readonly empty: CreatedMailbox },
): Promise<void> {
  const alone = "nobody lists";
  const method = "smtp-source sends to an empty mailbox; beside it one session after the other lists the full one.";
  await compare(
    run,
    {
      title: "Intake, 4 KiB, while a million messages are listed",
      method,
      columns: [rateColumn, { figure: "listings", heading: "listings", digits: 0 }],
      goals: [{ figure: "perSecond", over: alone, atLeast: 1 }],
    },
    [
      {
        name: "somebody lists all the time",
        async measure() {
          const over = new AbortController();
          const listing = listUntil(gateway, full, over.signal);
          const perSecond = await takeIn(gateway, empty);
          over.abort();
          return { perSecond, listings: await listing };
        },
      },
      { name: alone, measure: async () => ({ perSecond: await takeIn(gateway, empty) }) },
    ],
  );
}

async function listUntil(gateway: GatewayProcess, mailbox: CreatedMailbox, over: AbortSignal): Promise<number> {
  let listings = 0;
  while (!over.aborted) {
    await pull(gateway, mailbox);
    listings += 1;
  }
  return listings;
}

async function takeIn(gateway: GatewayProcess, { address }: CreatedMailbox): Promise<number> {
  const target = { port: gateway.ports.smtp, recipient: address, lmtp: false };
  const seconds = await sendBySource(target, { senders, bytes: 4096, keepConnection: true }, intakeMessages);
  return intakeMessages / seconds;
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

function report(run: BenchRun, count: number, rounds: readonly Figures[]): void {
  conclude(
    run,
    {
      title: `A mailbox of ${count} messages`,
      method: "Start of the program up to its greeting; a sign-in less one to an empty mailbox; UIDL to its last line.",
      columns: [
        { figure: "startMs", heading: "start ms", digits: 0 },
        { figure: "signInMs", heading: "sign-in ms", digits: 0 },
        { figure: "uidlMs", heading: "UIDL ms", digits: 0 },
        { figure: "aboveMiB", heading: "MiB above idle", digits: 0 },
      ],
      goals: [
        { figure: "startMs", atMost: 2000 },
        { figure: "signInMs", atMost: 500 },
        { figure: "uidlMs", atMost: 600 },
        { figure: "aboveMiB", atMost: 80 },
      ],
    },
    [{ name: "Postern", rounds, medians: mediansOf(rounds) }],
  );
}
