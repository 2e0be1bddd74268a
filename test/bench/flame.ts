// SPDX-License-Identifier: Apache-2.0

/**
 * Where the hot path spends its time: node's own profiler on every thread of the gateway while mail comes in, and while
 * it is pulled, drawn as a flame graph each.
 *
 *   node test/bench/flame.ts [DIRECTORY] [--seconds 8] [--config LINE]…
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { GatewayProcess } from "../support/gateway-process.ts";
import { runProgram } from "../support/run-program.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import { benchSettings } from "./bench-gateway.ts";
import { type CpuProfile, callTree, drawFlames } from "./flame-svg.ts";
import { sendBySource } from "./smtp-source-load.ts";

const sampleEveryUs = 500;
const senders = 20;
/** Threads with less than this share of the busiest one are not drawn. */
const leastShare = 0.02;

const profileShape = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  endTime: z.number(),
  startTime: z.number(),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "8" },
    config: { type: "string", multiple: true, default: [] },
  },
});
const seconds = Number(values.seconds);
const directory = positionals[0] ?? join(import.meta.dirname, "../../docs/performance");
await mkdir(directory, { recursive: true });
await draw("intake-4k", "Intake, 4 KiB, 20 senders", (gateway) => intake(gateway, 4096));
await draw("intake-75k", "Intake, 75 KB, 20 senders", (gateway) => intake(gateway, 75_000));
await draw("pull-75k", "Pull by POP3S, 75 KB, 32 RETR under way", pull);

type Work = () => Promise<void>;

/** Mail comes in for some seconds. */
async function intake(gateway: GatewayProcess, bytes: number): Promise<Work> {
  const mailbox = await gateway.createMailbox("bench", "--no-require-tls");
  const target = { port: gateway.ports.smtp, recipient: mailbox.address, lmtp: false };
  const send = (messages: number): Promise<number> =>
    sendBySource(target, { bytes, senders, keepConnection: true }, messages);
  await send(1000);
  const perSecond = 1000 / (await send(1000));
  return async () => void (await send(Math.round(perSecond * seconds)));
}

/** What came in is pulled again and again, from a fresh session each time. */
async function pull(gateway: GatewayProcess): Promise<Work> {
  const mailbox = await gateway.createMailbox("bench", "--no-require-tls");
  const target = { port: gateway.ports.smtp, recipient: mailbox.address, lmtp: false };
  await sendBySource(target, { bytes: 75_000, senders, keepConnection: true }, 3000);
  const client = join(import.meta.dirname, "pull-client.ts");
  const args = [client, String(gateway.ports.pop3s), mailbox.id, mailbox.password, "32"];
  return async () => {
    const end = performance.now() + seconds * 1000;
    do await runProgram(process.execPath, args);
    while (performance.now() < end);
  };
}

async function draw(name: string, title: string, prepare: (gateway: GatewayProcess) => Promise<Work>): Promise<void> {
  const profiles = await temporaryDirectory("bench-profiles");
  const profiler = `--cpu-prof --cpu-prof-dir=${profiles} --cpu-prof-interval=${sampleEveryUs}`;
  const gateway = await GatewayProcess.start({
    settings: [...benchSettings, ...values.config],
    env: { NODE_OPTIONS: profiler },
  });
  try {
    const work = await prepare(gateway);
    const from = performance.now();
    await work();
    const workedUs = (performance.now() - from) * 1000;
    const stopping = performance.now();
    await gateway.stop();
    const endedUs = (performance.now() - stopping) * 1000;
    const threads = await readProfiles(profiles, { workedUs, endedUs });
    await writeFile(join(directory, `${name}.svg`), drawFlames(title, threads));
    console.log(
      `${name}: ${threads.map(([thread, tree]) => `${thread} ${(tree.totalUs / 1e6).toFixed(2)} s`).join(", ")}`,
    );
  } finally {
    await gateway.remove();
    await removeDirectory(profiles);
  }
}

/** Only the samples from while the work ran: a profile begins with the start of the program and ends with its end. */
async function readProfiles(
  folder: string,
  { workedUs, endedUs }: { readonly workedUs: number; readonly endedUs: number },
): Promise<readonly (readonly [string, ReturnType<typeof callTree>])[]> {
  const found: [string, ReturnType<typeof callTree>][] = [];
  for (const file of (await readdir(folder)).toSorted()) {
    const profile = profileShape.parse(JSON.parse(await readFile(join(folder, file), "utf8")));
    const until = profile.endTime - endedUs;
    found.push([threadOf(profile, file), callTree(cutOut(profile, until - workedUs, until))]);
  }
  const busiest = Math.max(...found.map(([, tree]) => tree.totalUs));
  return found
    .filter(([, tree]) => tree.totalUs > busiest * leastShare)
    .toSorted(([, one], [, other]) => other.totalUs - one.totalUs);
}

function cutOut<P extends CpuProfile & { readonly startTime: number }>(profile: P, from: number, until: number): P {
  const { samples, timeDeltas } = profile;
  let at = profile.startTime;
  const kept = timeDeltas.map((delta) => {
    at += delta;
    return at >= from && at <= until;
  });
  return {
    ...profile,
    samples: samples.filter((_, index) => kept[index]),
    timeDeltas: timeDeltas.filter((_, index) => kept[index]),
  };
}

/** A thread is called by the file that it runs; the profile of the first one has the number 0 in its name. */
function threadOf({ nodes }: CpuProfile, profile: string): string {
  if (/\.0\.\d+\.cpuprofile$/.test(profile)) return "main thread";
  for (const { callFrame } of nodes) {
    const file = /\/src\/.*?([^/]+)-thread\.ts$/.exec(callFrame.url)?.[1];
    if (file !== undefined) return `${file} thread`;
  }
  return "thread";
}
