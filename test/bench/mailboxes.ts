// SPDX-License-Identifier: Apache-2.0

/** Mail for thousands of mailboxes in turn, each with a key of its own, beside mail for one. */
import { generateIdentity } from "../../src/seal/identity.ts";
import type { CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { mailDomain } from "../support/gateway-process.ts";
import { startBenchGateway } from "./bench-gateway.ts";
import type { BenchRun } from "./bench-run.ts";
import { compare, type Side } from "./comparison.ts";
import { rowOf, rowsLike, withStore } from "./fill.ts";
import { rateColumns } from "./intake.ts";
import { cpuMsOf } from "./process-cost.ts";
import { progress } from "./report.ts";
import { sendLoad } from "./smtp-load.ts";

const fullCount = 5000;
const senders = 20;
const warmUpMessages = 4000;
const sizes = [
  { label: "4 KiB", bytes: 4096, target: 0.7 },
  { label: "75 KB", bytes: 75_000, target: 0.7 },
];

export async function benchMailboxes(run: BenchRun): Promise<void> {
  const gateway = await startBenchGateway(run);
  try {
    const one = await gateway.createMailbox("bench", "--no-require-tls");
    const many = await addMailboxes(gateway, one, Math.max(2, Math.round(fullCount * run.share)));
    for (const { label, bytes, target } of sizes)
      await compare(
        run,
        {
          title: `Intake, ${label}, over ${many.length} mailboxes`,
          method: `A sender of our own with ${senders} connections and PIPELINING; each message goes to the next mailbox.`,
          columns: rateColumns,
          goals: [{ figure: "perSecond", over: "one mailbox", atLeast: target }],
        },
        [
          mailboxesSide(run, gateway, { name: `${many.length} mailboxes`, recipients: many, bytes }),
          mailboxesSide(run, gateway, { name: "one mailbox", recipients: [one.address], bytes }),
        ],
      );
  } finally {
    await gateway.remove();
  }
}

/** Makes mailboxes by the store itself; returns their addresses. */
async function addMailboxes(gateway: GatewayProcess, like: CreatedMailbox, count: number): Promise<readonly string[]> {
  progress(`making ${count} mailboxes`);
  await gateway.stop();
  const addresses: string[] = [];
  await withStore(gateway.dataDirectory, async (store) => {
    // A recipient that was seen before would be cheaper: heads are made ahead for each.
    const rows = rowsLike(rowOf(store, like), count, () => generateIdentity("mlkem768x25519").recipient);
    await Promise.all(rows.map((row) => store.mailboxes.insert(row)));
    addresses.push(...rows.map(({ id }) => `${id}@${mailDomain}`));
  });
  await gateway.startAgain();
  return addresses;
}

function mailboxesSide(
  run: BenchRun,
  gateway: GatewayProcess,
  {
    name,
    recipients,
    bytes,
  }: { readonly name: string; readonly recipients: readonly string[]; readonly bytes: number },
): Side {
  let next = warmUpMessages;
  return {
    name,
    async measure() {
      const before = await cpuMsOf(gateway.pid);
      const load = { port: gateway.ports.smtp, recipients: [...recipients], senders, bytes, tls: false };
      const messages = next;
      const { seconds } = await sendLoad({ ...load, messages, keepConnection: true });
      const perSecond = messages / seconds;
      next = Math.round(perSecond * run.seconds);
      const cpuMs = ((await cpuMsOf(gateway.pid)) - before) / messages;
      return { perSecond, megabytes: (perSecond * bytes) / 1e6, cpuMs };
    },
  };
}
