// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import type { Capabilities } from "../protocol/pop3/client/capabilities.ts";
import { Pop3ClientMachine } from "../protocol/pop3/client/machine.ts";
import type { UpstreamResponse } from "../protocol/pop3/client/response-reader.ts";
import type { Target } from "../protocol/proxy-user-name.ts";
import type { Credentials } from "../protocol/sasl/credentials.ts";
import type { Extensions } from "../protocol/smtp/client/extensions.ts";
import { SmtpClientMachine } from "../protocol/smtp/client/machine.ts";
import type { Reply } from "../protocol/smtp/reply.ts";
import { connectToAny, type TcpOpener } from "./connect.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { type FailureCause, failure, type UpstreamFailure } from "./failure.ts";
import type { Leg, Refused, SignedIn } from "./leg.ts";
import { converse } from "./opening.ts";
import { pop3Leg } from "./pop3-leg.ts";
import { type Door, type DoorMemory, doorsFor, type UpstreamProtocol } from "./port-rule.ts";
import { type Resolver, resolveTarget } from "./resolve.ts";
import { freshNonce, type KeyDeriver, saslCrypto } from "./sasl-crypto.ts";
import { smtpLeg } from "./smtp-leg.ts";
import { narrowed, type TargetPolicy } from "./targets.ts";
import type { UpstreamTls } from "./tls.ts";
import { UpstreamConnection } from "./upstream-connection.ts";

export interface DialSettings {
  /** Our name in EHLO. */
  readonly hostName: string;
  /** For the TCP connection at one port, over all addresses. */
  readonly connectMs: number;
  /** From the first lookup to the upstream's verdict. Mail clients give up after a minute. */
  readonly signInMs: number;
}

export const defaultDialSettings = { connectMs: 12_000, signInMs: 50_000 } as const;

export interface DialStages {
  readonly policy: TargetPolicy;
  readonly resolver: Resolver;
  readonly tls: UpstreamTls;
  readonly doors: DoorMemory;
  readonly deriver: KeyDeriver;
  readonly clock: Clock;
  /** For tests; default is a TCP connection of the system. */
  readonly open?: TcpOpener;
}

/** A conversation with an upstream, encrypted and greeted. */
export interface Reached<Machine, Offer, Verdict> {
  readonly kind: "reached";
  readonly connection: UpstreamConnection;
  readonly machine: Machine;
  readonly leg: Leg<Offer, Verdict>;
  readonly offer: Offer;
  readonly door: Door;
}

export interface Dialled<Machine, Offer, Verdict> extends Omit<Reached<Machine, Offer, Verdict>, "kind" | "leg"> {
  readonly kind: "signed-in";
  readonly mechanism: string;
  readonly verdict: Verdict;
}

export type DialResult<Machine, Offer, Verdict> = Dialled<Machine, Offer, Verdict> | Refused<Verdict> | UpstreamFailure;

export type SmtpDialResult = DialResult<SmtpClientMachine, Extensions, Reply>;
export type Pop3DialResult = DialResult<Pop3ClientMachine, Capabilities, UpstreamResponse>;

/** What differs between the protocols while a conversation is opened. */
interface Opening<Machine, Offer, Verdict> {
  readonly protocol: UpstreamProtocol;
  start(door: Door, target: Target): { readonly machine: Machine; readonly leg: Leg<Offer, Verdict> };
}

/** Another door may be open after one of these; after anything else it would tell the same, or must not be tried. */
const otherDoorMayDo: ReadonlySet<FailureCause> = new Set([
  "unreachable",
  "timed-out",
  "speaks-no-tls",
  "target-refused",
]);

/** Opens conversations with upstreams, up to the verdict on the user's credentials. */
export class UpstreamDialer {
  readonly #settings: DialSettings;
  readonly #stages: DialStages;
  readonly #smtp: Opening<SmtpClientMachine, Extensions, Reply>;
  readonly #pop3: Opening<Pop3ClientMachine, Capabilities, UpstreamResponse>;

  constructor(settings: DialSettings, stages: DialStages) {
    this.#settings = settings;
    this.#stages = stages;
    this.#smtp = {
      protocol: "smtp",
      start: ({ tls }, { host }) => {
        const machine = new SmtpClientMachine({ hostName: settings.hostName, tls });
        return { machine, leg: smtpLeg(machine, host) };
      },
    };
    this.#pop3 = {
      protocol: "pop3",
      start: ({ tls }, { host }) => {
        const machine = new Pop3ClientMachine({ tls });
        return { machine, leg: pop3Leg(machine, host) };
      },
    };
  }

  /**
   * The caller throttles before (see `CredentialsThrottle`) and wipes the credentials afterwards. `allowed` narrows what
   * the gateway allows; empty: it does not.
   */
  dialSmtp(target: Target, credentials: Credentials, allowed: readonly string[] = []): Promise<SmtpDialResult> {
    return this.#dial(this.#smtp, { target, allowed }, credentials);
  }

  /** As `dialSmtp`. */
  dialPop3(target: Target, credentials: Credentials, allowed: readonly string[] = []): Promise<Pop3DialResult> {
    return this.#dial(this.#pop3, { target, allowed }, credentials);
  }

  /**
   * Every door of a target, for a report: nothing is remembered, nobody signs in. The caller closes what was reached.
   * A port that took TLS is not asked for STARTTLS as well: it would wait for a handshake.
   */
  async *look(protocol: UpstreamProtocol, target: Target): AsyncGenerator<DoorLook> {
    const deadline = this.#deadline();
    const resolver = askedOnce(this.#stages.resolver);
    let spoke: number | undefined;
    for (const door of doorsFor(protocol, target.port)) {
      if (door.port === spoke) continue;
      const reach = { target, door, resolver, deadline, policy: this.#stages.policy };
      const result = await (protocol === "smtp" ? this.#reach(this.#smtp, reach) : this.#reach(this.#pop3, reach));
      if (result.kind === "reached" || result.cause !== "speaks-no-tls") spoke = door.port;
      yield { door, result };
    }
  }

  async #dial<Machine, Offer, Verdict>(
    opening: Opening<Machine, Offer, Verdict>,
    { target, allowed }: { readonly target: Target; readonly allowed: readonly string[] },
    credentials: Credentials,
  ): Promise<DialResult<Machine, Offer, Verdict>> {
    const deadline = this.#deadline();
    const policy = narrowed(this.#stages.policy, allowed);
    const reached = await this.#reachAny(opening, { target, policy, deadline });
    if (reached.kind === "failed") return reached;
    const { leg, connection, door } = reached;
    const context = { credentials, crypto: saslCrypto, nonce: freshNonce(), host: target.host, port: door.port };
    const first = leg.handle({ type: "sign-in", context });
    const outcome = await converse(leg, connection, first, { ...this.#stages, target, port: door.port, deadline });
    if (outcome.kind === "signed-in") return signedIn(reached, outcome);
    connection.destroy();
    if (outcome.kind !== "ready") return outcome;
    return failure("conversation-broken", `${target.host} answered a sign-in with a greeting`, target.host);
  }

  async #reachAny<Machine, Offer, Verdict>(
    opening: Opening<Machine, Offer, Verdict>,
    { target, policy, deadline }: Pick<ReachOptions, "target" | "policy" | "deadline">,
  ): Promise<Reached<Machine, Offer, Verdict> | UpstreamFailure> {
    const { doors, clock } = this.#stages;
    const resolver = askedOnce(this.#stages.resolver);
    let worst: UpstreamFailure | undefined;
    for (const door of doors.doorsFor(opening.protocol, target, clock.monotonicMs())) {
      const reached = await this.#reach(opening, { target, door, resolver, deadline, policy });
      if (reached.kind === "reached") {
        doors.worked(opening.protocol, target, door, clock.monotonicMs());
        return reached;
      }
      // A door that is not allowed tells less than one that is shut.
      if (worst === undefined || worst.cause === "target-refused") worst = reached;
      if (!otherDoorMayDo.has(reached.cause)) return reached;
    }
    return worst ?? failure("target-refused", `${target.host} has no door`, target.host);
  }

  async #reach<Machine, Offer, Verdict>(
    opening: Opening<Machine, Offer, Verdict>,
    reach: ReachOptions,
  ): Promise<Reached<Machine, Offer, Verdict> | UpstreamFailure> {
    const { target, door, deadline } = reach;
    const { tls, clock } = this.#stages;
    const connection = await this.#connect(reach);
    if (connection instanceof UpstreamConnection) {
      const how = { ...this.#stages, target, port: door.port, deadline };
      if (door.tls === "implicit") {
        const timeoutMs = Math.min(this.#settings.connectMs, deadline.leftMs());
        const failed = await connection.startTls(tls, { target, port: door.port, timeoutMs, nowMs: clock.nowMs() });
        if (failed !== undefined) return failed;
      }
      const { machine, leg } = opening.start(door, target);
      const outcome = await converse(leg, connection, [], how);
      if (outcome.kind === "ready") return { kind: "reached", connection, machine, leg, offer: outcome.offer, door };
      connection.destroy();
      if (outcome.kind === "failed") return outcome;
      return failure("conversation-broken", `${target.host} closed the conversation at once`, target.host);
    }
    return connection;
  }

  async #connect(reach: ReachOptions): Promise<UpstreamConnection | UpstreamFailure> {
    const { target, door, resolver, deadline, policy } = reach;
    const { open } = this.#stages;
    const { port } = door;
    const { host } = target;
    const timeoutMs = Math.min(this.#settings.connectMs, deadline.leftMs());
    const resolved = await resolveTarget(target, port, { policy, resolver, timeoutMs });
    if (resolved.kind === "failed") return resolved;
    const options = { port, timeoutMs, ...(open === undefined ? {} : { open }) };
    const result = await connectToAny(resolved.addresses, options);
    switch (result.kind) {
      case "connected":
        return new UpstreamConnection(result.socket, { address: result.address, port });
      case "timed-out":
        return failure("timed-out", `${host}:${port} does not answer`, host);
      case "unreachable":
        return failure("unreachable", `${host}:${port} cannot be reached (${result.reason})`, host);
    }
  }

  #deadline(): Deadline {
    return startDeadline(this.#stages.clock, this.#settings.signInMs);
  }
}

interface ReachOptions {
  readonly target: Target;
  readonly door: Door;
  readonly resolver: Resolver;
  readonly deadline: Deadline;
  readonly policy: TargetPolicy;
}

export interface DoorLook {
  readonly door: Door;
  readonly result:
    | Reached<SmtpClientMachine, Extensions, Reply>
    | Reached<Pop3ClientMachine, Capabilities, UpstreamResponse>
    | UpstreamFailure;
}

/** A name is looked up once for all doors: the addresses that were checked are the ones that are connected to. */
function askedOnce(resolver: Resolver): Resolver {
  let answer: Promise<readonly string[]> | undefined;
  return (name) => {
    answer ??= resolver(name);
    return answer;
  };
}

function signedIn<Machine, Offer, Verdict>(
  { connection, machine, offer, door }: Reached<Machine, Offer, Verdict>,
  { mechanism, verdict }: SignedIn<Verdict>,
): Dialled<Machine, Offer, Verdict> {
  return { kind: "signed-in", connection, machine, offer, door, mechanism, verdict };
}
