// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import type { Target } from "../protocol/proxy-user-name.ts";
import type { Deadline } from "./deadline.ts";
import { failure, type UpstreamFailure } from "./failure.ts";
import type { Leg, LegStep, Refused, SignedIn } from "./leg.ts";
import type { KeyDeriver } from "./sasl-crypto.ts";
import type { UpstreamTls } from "./tls.ts";
import type { UpstreamConnection } from "./upstream-connection.ts";

export interface ConverseOptions {
  readonly target: Target;
  readonly port: number;
  readonly tls: UpstreamTls;
  readonly deriver: KeyDeriver;
  readonly clock: Clock;
  readonly deadline: Deadline;
}

/** Where a leg comes to a stop. */
export type Stop<Offer, Verdict> =
  | { readonly kind: "ready"; readonly offer: Offer }
  | SignedIn<Verdict>
  | Refused<Verdict>
  | UpstreamFailure;

/** Joins a leg to its connection until it is ready, signed in, refused or failed. */
export async function converse<Offer, Verdict>(
  leg: Leg<Offer, Verdict>,
  connection: UpstreamConnection,
  first: readonly LegStep<Offer, Verdict>[],
  options: ConverseOptions,
): Promise<Stop<Offer, Verdict>> {
  const { target, deadline } = options;
  const steps = [...first];
  for (;;) {
    const step = steps.shift();
    if (step === undefined) {
      const bytes = await connection.read(deadline.leftMs());
      if (!Buffer.isBuffer(bytes)) return silence(bytes, target.host, options.port);
      steps.push(...leg.handle({ type: "bytes", bytes }));
      continue;
    }
    switch (step.kind) {
      case "send":
        await connection.write(step.bytes);
        break;
      case "start-tls": {
        const handshake = { target, port: options.port, timeoutMs: deadline.leftMs(), nowMs: options.clock.nowMs() };
        const failed = await connection.startTls(options.tls, handshake);
        if (failed !== undefined) return failed;
        steps.push(...leg.handle({ type: "tls-started" }));
        break;
      }
      case "derive":
        steps.push(...leg.handle({ type: "derived", key: await options.deriver.derive(step.derivation) }));
        break;
      case "ready":
      case "signed-in":
      case "refused":
      case "failed":
        // What came in the same octets behind it can only be a break of the protocol or a good-bye, and counts.
        return steps.find(isEnd) ?? step;
    }
  }
}

function isEnd<Offer, Verdict>(step: LegStep<Offer, Verdict>): step is UpstreamFailure | Refused<Verdict> {
  return step.kind === "failed" || step.kind === "refused";
}

function silence(end: "ended" | "lost" | "timed-out", host: string, port: number): UpstreamFailure {
  if (end === "timed-out") return failure("conversation-broken", `${host}:${port} stopped answering`, host);
  return failure("conversation-broken", `${host}:${port} closed the connection`, host);
}
