// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { z } from "zod";
import { runProgram } from "../support/run-program.ts";

const loadShape = z.object({
  port: z.number(),
  recipients: z.array(z.string()),
  senders: z.number(),
  bytes: z.number(),
  messages: z.number(),
  /** STARTTLS, with a whole handshake for each connection. */
  tls: z.boolean(),
  /** Many messages a connection, instead of one. */
  keepConnection: z.boolean(),
  /** Messages that become due a second, whatever the server does; without it each sender waits for its 250. */
  perSecond: z.number().optional(),
});

const outcomeShape = z.object({
  seconds: z.number(),
  messages: z.number(),
  /** From when each message was due to its 250; empty when nothing was due. */
  latenciesMs: z.array(z.number()),
});

export type Load = Readonly<z.infer<typeof loadShape>>;
export type LoadOutcome = Readonly<z.infer<typeof outcomeShape>>;

export function loadOf(value: unknown): Load {
  return loadShape.parse(value);
}

/** Runs the load generator in a process of its own; throws when a message is refused. */
export async function sendLoad(load: Load): Promise<LoadOutcome> {
  const program = join(import.meta.dirname, "smtp-load-process.ts");
  // Five thousand recipients are more than an argument may hold.
  const { stdout } = await runProgram(process.execPath, [program], { input: JSON.stringify(load) });
  return outcomeShape.parse(JSON.parse(stdout.toString()));
}

/** The value below which that share (0 to 1) of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
