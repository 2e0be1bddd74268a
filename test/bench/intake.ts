// SPDX-License-Identifier: Apache-2.0

import { bareName, bareSide } from "./bare-writer.ts";
/**
 * Durable messages a second and CPU a message, beside everything that takes mail and keeps it, and beside two that do
 * not: Haraka that throws it away, and a bare program that writes the same octets with as many syncs and speaks no SMTP.
 * One load generator for all, rounds in turn.
 */
import type { BenchRun, Column, Figures } from "./bench-run.ts";
import { compare, type Goal, type Side } from "./comparison.ts";
import { type IntakePeer, intakePeers, type PeerKey, startPeers } from "./intake-peers.ts";
import { cpuMsOf } from "./process-cost.ts";
import { type SourceLoad, sendBySource } from "./smtp-source-load.ts";

const senders = 20;

interface Size {
  readonly label: string;
  readonly bytes: number;
  readonly warmUpMessages: number;
  /** Times each peer; what has no number is shown. */
  readonly goals: Readonly<Partial<Record<PeerKey, number>>>;
  readonly cpuMs?: number;
}

const sizes: readonly Size[] = [
  {
    label: "4 KiB",
    bytes: 4096,
    warmUpMessages: 1000,
    goals: { postfix: 6, dovecotCrypt: 10, smtpServer: 2.5, harakaDiscard: 1 },
    cpuMs: 0.45,
  },
  {
    label: "75 KB",
    bytes: 75_000,
    warmUpMessages: 500,
    goals: { postfix: 4, dovecotCrypt: 6, smtpServer: 2, harakaDiscard: 1 },
    cpuMs: 0.8,
  },
  {
    label: "1 MiB",
    bytes: 1 << 20,
    warmUpMessages: 60,
    goals: { postfix: 2.5, dovecotCrypt: 3.5, smtpServer: 1.5, harakaDiscard: 1 },
  },
  // Few of them: with the slower peers twenty take half a minute.
  { label: "25 MiB", bytes: 25 << 20, warmUpMessages: 8, goals: {} },
];

export const rateColumn: Column = { figure: "perSecond", heading: "messages/s", digits: 0 };

export const rateColumns: readonly Column[] = [
  rateColumn,
  { figure: "megabytes", heading: "MB/s", digits: 0 },
  { figure: "cpuMs", heading: "CPU ms/message", digits: 2 },
];

/** All sizes: 20 senders at once, many messages a connection, without TLS. */
export async function benchIntake(run: BenchRun): Promise<void> {
  const peers = await startPeers(run, Object.keys(intakePeers).filter(isPeerKey));
  try {
    for (const { label, bytes, warmUpMessages, goals, cpuMs } of sizes) {
      const count = Math.min(senders, warmUpMessages);
      const load = { bytes, senders: count, warmUpMessages, keepConnection: true };
      const [[, postern] = []] = peers;
      if (postern === undefined) throw new Error("Postern did not start");
      const sides = [...peers.map(([, peer]) => intakeSide(run, peer, load)), bareSide(run, postern, load)];
      await compare(
        run,
        {
          title: `Intake, ${label}, ${count} senders, many messages a connection`,
          method: `smtp-source keeps ${count} connections busy for about ${run.seconds} s a round; accepted messages count.`,
          columns: [...rateColumns, { figure: "syncs", heading: "syncs/message", digits: 2 }],
          goals: [
            ...goalsOver(peers, goals),
            { figure: "perSecond", over: bareName },
            ...(cpuMs === undefined ? [] : [{ figure: "cpuMs", atMost: cpuMs }]),
          ],
        },
        sides,
      );
    }
  } finally {
    await Promise.all(peers.map(([, peer]) => peer.stop()));
  }
}

/** One message a connection: each brings a greeting, an EHLO and a QUIT. */
export async function benchConnections(run: BenchRun): Promise<void> {
  const peers = await startPeers(run, ["postern", "postfix", "dovecotCrypt", "smtpServer", "harakaDiscard"]);
  try {
    for (const { label, bytes, warmUpMessages } of sizes.slice(0, 2)) {
      const load = { bytes, senders, warmUpMessages, keepConnection: false };
      await compare(
        run,
        {
          title: `Intake, ${label}, ${senders} senders, one message a connection`,
          method: "smtp-source opens a connection for each message.",
          columns: rateColumns,
          goals: goalsOver(peers, bytes === 4096 ? { postfix: 4 } : {}),
        },
        peers.map(([, peer]) => intakeSide(run, peer, load)),
      );
    }
  } finally {
    await Promise.all(peers.map(([, peer]) => peer.stop()));
  }
}

/** From one sender to many, each with a connection that it keeps. */
export async function benchSenders(run: BenchRun): Promise<void> {
  const peers = await startPeers(run, ["postern", "postfix", "smtpServer", "harakaDiscard"]);
  try {
    for (const { label, bytes, warmUpMessages } of sizes.slice(0, 2))
      for (const count of [1, 20, 100, 500]) {
        const load = { bytes, senders: count, warmUpMessages: Math.max(count, warmUpMessages), keepConnection: true };
        await compare(
          run,
          {
            title: `Intake, ${label}, ${count === 1 ? "1 sender" : `${count} senders`}`,
            method: "smtp-source, each sender with a connection that it keeps.",
            columns: rateColumns,
            goals: goalsOver(peers, {}),
          },
          peers.map(([, peer]) => intakeSide(run, peer, load)),
        );
      }
  } finally {
    await Promise.all(peers.map(([, peer]) => peer.stop()));
  }
}

/** What the first peer is to reach over each of the others; those without a number are shown. */
export function goalsOver(
  peers: readonly (readonly [PeerKey, IntakePeer])[],
  numbers: Readonly<Partial<Record<PeerKey, number>>>,
): readonly Goal[] {
  return peers.slice(1).map(([key, { name }]) => ({ figure: "perSecond", over: name, atLeast: numbers[key] }));
}

/** A peer that takes this load; how many messages make a round is known from the round before. */
export function intakeSide(
  run: BenchRun,
  peer: IntakePeer,
  load: SourceLoad & { readonly warmUpMessages: number },
): Side {
  let next = load.warmUpMessages;
  const measure = async (): Promise<Figures & { readonly seconds: number }> => {
    const messages = Math.max(load.senders, next);
    const pid = await peer.pid();
    const cpuBefore = await cpuMsOf(pid);
    const seconds = await sendBySource(peer, load, messages);
    // Accepted is what counts for the rate, to the advantage of a peer that delivers afterwards; its CPU counts whole.
    await peer.settled();
    const cpuMs = ((await cpuMsOf(pid)) - cpuBefore) / messages;
    const perSecond = messages / seconds;
    next = Math.round(perSecond * run.seconds);
    return { perSecond, megabytes: (perSecond * load.bytes) / 1e6, cpuMs, seconds };
  };
  return {
    name: peer.name,
    async measure() {
      let figures = await measure();
      // Too short a round says little: the next one is longer.
      while (figures.seconds < run.seconds / 4) figures = await measure();
      return figures;
    },
  };
}

function isPeerKey(key: string): key is PeerKey {
  return key in intakePeers;
}
