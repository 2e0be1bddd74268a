// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../base/connection.ts";
import { limits } from "../base/limits.ts";
import type { CaptureStages } from "../capture/capture.ts";
import { PassageNames } from "../capture/passage.ts";
import type { RecordedEnvelope } from "../capture/recorded-envelope.ts";
import type { Log } from "../observe/log.ts";
import type { Capabilities } from "../protocol/pop3/client/capabilities.ts";
import type { Pop3ClientMachine } from "../protocol/pop3/client/machine.ts";
import type { UpstreamResponse } from "../protocol/pop3/client/response-reader.ts";
import { type Pop3Refusal, pop3Refusals } from "../protocol/pop3/refusal.ts";
import type { ResponseCode } from "../protocol/pop3/response.ts";
import { formatTarget } from "../protocol/proxy-user-name.ts";
import type { Credentials } from "../protocol/sasl/credentials.ts";
import { failureResponse } from "../upstream/failure.ts";
import { HeldOctets } from "./held-octets.ts";
import { type Pop3ProxySettings, servePop3Proxy } from "./pop3-proxy.ts";
import { Pop3Recorder } from "./pop3-recorder.ts";
import { type ProxySignInResult, type ProxySignInStages, signInThroughProxy } from "./proxy-sign-in.ts";

export interface Pop3ProxyDoorSettings extends Pop3ProxySettings {
  /** The name of this gateway, for trace blocks. */
  readonly hostName: string;
}

export interface Pop3ProxyDoorStages extends ProxySignInStages, CaptureStages {
  /** How many doors of one process share what it may hold; default 1. */
  readonly threads?: number;
  readonly log: Log;
}

type SignInResult = ProxySignInResult<Pop3ClientMachine, Capabilities, UpstreamResponse>;
type SignedIn = Extract<SignInResult, { readonly kind: "signed-in" }>;

/** What a client gets that signs in with the user name of an upstream: a reason why not, or a session of the proxy. */
export type Pop3ProxyEntry =
  | { readonly outcome: "refused"; readonly refusal: Pop3Refusal }
  | { readonly outcome: "signed-in"; readonly serve: (pending: Buffer) => Promise<void> };

/** Lets clients of the POP3 ports in to their own servers, recorded. One for the gateway. */
export class Pop3ProxyDoor {
  readonly #stages: Pop3ProxyDoorStages;
  readonly #settings: Pop3ProxyDoorSettings;
  readonly #held: HeldOctets;

  constructor(stages: Pop3ProxyDoorStages, settings: Pop3ProxyDoorSettings) {
    this.#stages = stages;
    this.#held = new HeldOctets(limits.proxyHeldMemoryBytes / (stages.threads ?? 1));
    this.#settings = settings;
  }

  /** Wipes the secret. Whoever is signed in has to be served: that closes the upstream. */
  async signIn(credentials: Credentials, connection: Connection): Promise<Pop3ProxyEntry> {
    const { upstreams, clock, log } = this.#stages;
    const sessionLog = log.with({ connection: connection.id, peer: connection.peer.address });
    const startedMs = clock.monotonicMs();
    const attempt = { credentials, clientAddress: connection.peer.address, log: sessionLog };
    const result = await signInThroughProxy(this.#stages, attempt, (target, rewritten, allowed) =>
      upstreams.dialer.dialPop3(target, rewritten, allowed),
    );
    if (result.kind === "signed-in")
      return {
        outcome: "signed-in",
        serve: (pending) => this.#serve(result, { connection, pending, log: sessionLog }),
      };
    // As long as for a mailbox that there is not: the time must not tell the two apart.
    if (result.kind === "unavailable") await this.#pause(this.#stages.pace.waitMs(clock.monotonicMs() - startedMs));
    return { outcome: "refused", refusal: refusalFor(result) };
  }

  #serve(
    { login, mailbox, upstream }: SignedIn,
    { connection, pending, log }: { readonly connection: Connection; readonly pending: Buffer; readonly log: Log },
  ): Promise<void> {
    const { clock, fingerprintKey, upstreams } = this.#stages;
    const { host } = login.target;
    const origin = { mailbox: mailbox.id, host, port: upstream.door.port, remoteUser: login.remoteUser };
    const upstreamName = formatTarget(login.target);
    const envelope = (): RecordedEnvelope => ({
      source: "pop3-proxy",
      reversePath: null,
      mailParameters: "",
      hello: host,
      peer: upstream.connection.peer,
      tls: upstream.connection.tls,
      protocol: "POP3",
      receivedBy: this.#settings.hostName,
      receivedAtMs: clock.nowMs(),
      facts: { "Remote-User": login.remoteUser, Upstream: upstreamName, Client: connection.peer.address },
    });
    const names = new PassageNames(fingerprintKey, origin);
    const recorder = new Pop3Recorder(this.#stages, {
      mailbox: mailbox.id,
      names,
      findMailbox: (id) => this.#stages.findMailbox(id),
      envelope,
    });
    const sessionLog = log.with({ mailbox: mailbox.id, upstream: upstreamName });
    const { stopped } = upstreams;
    return servePop3Proxy(
      { client: connection, pending, upstream, recorder, held: this.#held, clock, stopped, log: sessionLog },
      this.#settings,
    );
  }

  async #pause(ms: number): Promise<void> {
    const { wait, upstreams } = this.#stages;
    if (wait !== undefined) return wait(ms);
    return sleep(ms, undefined, { signal: upstreams.stopped }).catch(() => undefined);
  }
}

/**
 * What a client is told. `[AUTH]` is said of name and password alone, for a client gives its password up then; everything
 * else can be tried again (RFC 3206 §4, §5).
 */
export function refusalFor(result: Exclude<SignInResult, { readonly kind: "signed-in" }>): Pop3Refusal {
  switch (result.kind) {
    case "malformed":
      return { ...pop3Refusals.userNameForm, text: result.text };
    case "denied":
      return result.cause === "unknown-mailbox" ? pop3Refusals.proxyUnavailable : pop3Refusals.upstreamDenied;
    case "unavailable":
      return pop3Refusals.proxyUnavailable;
    case "throttled":
      return pop3Refusals.proxyThrottled;
    case "refused":
      return result.blames === "credentials" ? pop3Refusals.upstreamDenied : relayed(result.verdict);
    case "failed":
      return { cause: result.cause, ...failureResponse(result) };
  }
}

/** The upstream has trouble, or is busy (RFC 2449 §8.1): in its own words. */
function relayed({ code, text }: UpstreamResponse): Pop3Refusal {
  const words = text.replace(/^\[[^\]]*\] ?/, "").replaceAll(/[^\x20-\x7e]/g, "?");
  return { cause: "upstream-refused", text: words, code: busyCodes.find((each) => each === code) ?? "SYS/TEMP" };
}

const busyCodes: readonly ResponseCode[] = ["IN-USE", "LOGIN-DELAY", "SYS/TEMP", "SYS/PERM"];
