// SPDX-License-Identifier: Apache-2.0

/**
 * The console of a service provider: how long the overview and the table of mailboxes take with thousands of mailboxes in
 * which a million messages wait, and what looking at them does to the rate at which mail comes in.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { generateMailboxId } from "../../src/base/ids.ts";
import { ApiClient } from "../support/api-client.ts";
import { type CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { peerPath } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";
import { deposit, rowOf, withStore } from "./fill.ts";
import { median, printTable, progress } from "./report.ts";

const mailboxes = 5_000;
const waiting = 1_000_000;
const answersMeasured = 40;
const targetMs = 300;
/** Of the rate of intake, while somebody looks. */
const targetShare = 0.95;
const senders = 20;
const intakeMessages = 4000;
/** Two administrators with the overview open, which asks every five seconds. */
const lookEveryMs = 2500;
const password = "a password for the benchmark 4711";

const pages: readonly (readonly [what: string, path: string])[] = [
  ["overview", "overview"],
  ["first page of mailboxes", "mailboxes?limit=50"],
  ["the same by waiting messages", "mailboxes?limit=50&sort=messages&order=desc"],
  ["the same, searched", "mailboxes?limit=50&search=customer%2049"],
  ["activity of a week", "activity?step=hour&from="],
];

export async function benchConsole(rounds: number, share: number): Promise<void> {
  const gateway = await GatewayProcess.start({ configuration: '[log]\nlevel = "warn"\n' });
  try {
    const mailbox = await gateway.createMailbox("bench", "--no-require-tls");
    await gateway.stop();
    const [boxes, messages] = [Math.round(mailboxes * share), Math.round(waiting * share)];
    await withStore(gateway.dataDirectory, async (store) => {
      const template = rowOf(store, mailbox);
      const rows = Array.from({ length: boxes }, (_, index) => ({
        ...template,
        id: generateMailboxId(),
        name: `Customer ${index}`,
      }));
      await Promise.all(rows.map((row) => store.mailboxes.insert(row)));
      await deposit(store, rows, messages);
    });
    await gateway.startAgain();
    const client = await signedIn(gateway);
    await benchAnswers(client, gateway, { mailbox, title: `${boxes} mailboxes, ${messages} waiting messages` });
    await benchIntakeMeanwhile(client, gateway, { mailbox, rounds });
  } finally {
    await gateway.remove();
  }
}

async function signedIn(gateway: GatewayProcess): Promise<ApiClient> {
  const file = join(gateway.directory, "administrator.password");
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  await gateway.command("admin", "create", "root", "--password-file", file);
  const client = new ApiClient(gateway.ports.console);
  const answer = await client.signIn("root", password);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return client;
}

async function benchAnswers(
  client: ApiClient,
  gateway: GatewayProcess,
  { mailbox, title }: { readonly mailbox: CreatedMailbox; readonly title: string },
): Promise<void> {
  const over = new AbortController();
  const flowing = flow(gateway, mailbox, over.signal);
  const rows: (readonly string[])[] = [];
  for (const [what, path] of pages) {
    progress(what);
    const taken: number[] = [];
    for (let look = 0; look < answersMeasured; look++) taken.push(await lookOnce(client, path));
    const middle = median(taken.slice(2));
    const verdict = `${middle.toFixed(0)} (${middle <= targetMs ? "reached" : "missed"})`;
    rows.push([what, verdict, Math.max(...taken).toFixed(0), `<= ${targetMs}`]);
  }
  over.abort();
  await flowing;
  printTable(`${title}, while mail comes in`, [["", "median ms", "longest", "to reach"], ...rows]);
}

/** One look, in milliseconds. */
async function lookOnce(client: ApiClient, path: string): Promise<number> {
  const week = new Date(Date.now() - 7 * 86_400_000).toISOString();
  const from = performance.now();
  const { status } = await client.call("GET", path.endsWith("from=") ? path + week : path);
  if (status !== 200) throw new Error(`${path}: ${status}`);
  return performance.now() - from;
}

/** Mail at an even pace, some hundred messages a second. */
async function flow(gateway: GatewayProcess, mailbox: CreatedMailbox, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await takeIn(gateway, mailbox, { connections: 2, messages: 200 });
    await sleep(300);
  }
}

async function benchIntakeMeanwhile(
  client: ApiClient,
  gateway: GatewayProcess,
  { mailbox, rounds }: { readonly mailbox: CreatedMailbox; readonly rounds: number },
): Promise<void> {
  const [alone, meanwhile]: [number[], number[]] = [[], []];
  const load = { connections: senders, messages: intakeMessages };
  await takeIn(gateway, mailbox, load);
  for (let round = 1; round <= rounds; round++) {
    progress(`intake, round ${round} of ${rounds}`);
    alone.push(await takeIn(gateway, mailbox, load));
    const over = new AbortController();
    const looking = lookUntil(client, over.signal);
    meanwhile.push(await takeIn(gateway, mailbox, load));
    over.abort();
    await looking;
  }
  const ratio = median(meanwhile) / median(alone);
  printTable("Intake, 4 KiB, messages/s", [
    ["nobody looks", "two administrators look", "ratio", "rounds"],
    [
      median(alone).toFixed(0),
      median(meanwhile).toFixed(0),
      `${ratio.toFixed(2)} (${ratio >= targetShare ? "reached" : "missed"}: ${targetShare})`,
      alone.map((each, index) => `${each.toFixed(0)}/${meanwhile[index]?.toFixed(0) ?? ""}`).join(" "),
    ],
  ]);
}

async function lookUntil(client: ApiClient, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await Promise.all(["overview", "mailboxes?limit=50"].map((path) => client.call("GET", path)));
    await sleep(lookEveryMs, undefined, { signal: over }).catch(() => undefined);
  }
}

/** Messages a second. */
async function takeIn(
  gateway: GatewayProcess,
  { address }: CreatedMailbox,
  { connections, messages }: { readonly connections: number; readonly messages: number },
): Promise<number> {
  const load = ["-s", `${connections}`, "-m", `${messages}`, "-l", "4096", "-d", "-f", "sender@bench.test"];
  const from = performance.now();
  await runProgram(peerPath("smtp-source"), [...load, "-t", address, `127.0.0.1:${gateway.ports.smtp}`]);
  return (messages * 1000) / (performance.now() - from);
}
