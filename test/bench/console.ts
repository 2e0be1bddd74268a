// SPDX-License-Identifier: Apache-2.0

/**
 * The console of a service provider: how long the overview and the table of mailboxes take with thousands of mailboxes in
 * which a million messages wait, and what looking at them does to the rate at which mail comes in.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "../support/api-client.ts";
import type { CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import type { BenchRun } from "./bench-run.ts";
import { compare, conclude, mediansOf } from "./comparison.ts";
import { rateColumn } from "./intake.ts";
import { type ProviderGateway, signInAdministrator, withProviderGateway } from "./provider-gateway.ts";
import { progress } from "./report.ts";
import { sendBySource } from "./smtp-source-load.ts";

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

const pages: readonly (readonly [what: string, path: string])[] = [
  ["overview", "overview"],
  ["first page of mailboxes", "mailboxes?limit=50"],
  ["the same by waiting messages", "mailboxes?limit=50&sort=messages&order=desc"],
  ["the same, searched", "mailboxes?limit=50&search=customer%2049"],
  ["activity of a week", "activity?step=hour&from="],
];

export async function benchConsole(run: BenchRun): Promise<void> {
  const [boxes, messages] = [Math.round(mailboxes * run.share), Math.round(waiting * run.share)];
  await withProviderGateway(run, { mailboxes: boxes, messages }, async (provider) => {
    const client = await signInAdministrator(provider.gateway);
    await benchAnswers(run, client, { ...provider, title: `${boxes + 1} mailboxes, ${messages} waiting messages` });
    await benchIntakeMeanwhile(run, client, provider);
  });
}

async function benchAnswers(
  run: BenchRun,
  client: ApiClient,
  { gateway, mailbox, title }: ProviderGateway & { readonly title: string },
): Promise<void> {
  const over = new AbortController();
  const flowing = flow(gateway, mailbox, over.signal);
  for (const [what, path] of pages) {
    progress(what);
    const taken: number[] = [];
    for (let look = 0; look < answersMeasured; look++) taken.push(await lookOnce(client, path));
    const rounds = taken.slice(2).map((milliseconds) => ({ milliseconds }));
    const medians = { ...mediansOf(rounds), longest: Math.max(...taken) };
    conclude(
      run,
      {
        title: `${title}, while mail comes in: ${what}`,
        method: `The same question ${answersMeasured} times over HTTPS.`,
        columns: [
          { figure: "milliseconds", heading: "ms", digits: 0 },
          { figure: "longest", heading: "longest", digits: 0 },
        ],
        goals: [{ figure: "milliseconds", atMost: targetMs }],
      },
      [{ name: "Postern", rounds, medians }],
    );
  }
  over.abort();
  await flowing;
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
  run: BenchRun,
  client: ApiClient,
  { gateway, mailbox }: ProviderGateway,
): Promise<void> {
  const load = { connections: senders, messages: intakeMessages };
  const alone = "nobody looks";
  await compare(
    run,
    {
      title: "Intake, 4 KiB, while two administrators look",
      method: `smtp-source sends ${intakeMessages} messages; the overview and the table are asked for every ${lookEveryMs} ms.`,
      columns: [rateColumn],
      goals: [{ figure: "perSecond", over: alone, atLeast: targetShare }],
    },
    [
      {
        name: "two administrators look",
        async measure() {
          const over = new AbortController();
          const looking = lookUntil(client, over.signal);
          const perSecond = await takeIn(gateway, mailbox, load);
          over.abort();
          await looking;
          return { perSecond };
        },
      },
      { name: alone, measure: async () => ({ perSecond: await takeIn(gateway, mailbox, load) }) },
    ],
  );
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
  const target = { port: gateway.ports.smtp, recipient: address, lmtp: false };
  const load = { senders: connections, bytes: 4096, keepConnection: true };
  return messages / (await sendBySource(target, load, messages));
}
