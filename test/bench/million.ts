// SPDX-License-Identifier: Apache-2.0

/**
 * A mailbox in which a million messages wait: how long a start, a sign-in and a unique-id listing take, what they need
 * of memory, and what the listing does to the rate at which mail comes in meanwhile.
 */
import { type CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { peerPath } from "../support/peers.ts";
import { Pop3Client } from "../support/pop3-client.ts";
import { runProgram } from "../support/run-program.ts";
import { deposit, rowOf, withStore } from "./fill.ts";
import { anonymousBytesOf, peakWhile } from "./process-cost.ts";
import { median, printTable, progress } from "./report.ts";

const MiB = 1024 * 1024;
const fullCount = 1_000_000;
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
    await withStore(gateway.dataDirectory, (store) => deposit(store, [rowOf(store, full)], count));
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
