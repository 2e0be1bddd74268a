// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../base/clock.ts";
import type { MailboxId } from "../base/ids.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import type { Log } from "../observe/log.ts";
import {
  formatTarget,
  type ProxyUserName,
  parseLoginName,
  proxyUserNameForm,
  type Target,
} from "../protocol/proxy-user-name.ts";
import { type Credentials, secretOf } from "../protocol/sasl/credentials.ts";
import type { Readiness } from "../store/contract.ts";
import type { Permit } from "../upstream/credentials-throttle.ts";
import type { Dialled, DialResult } from "../upstream/dial.ts";
import type { UpstreamFailure } from "../upstream/failure.ts";
import type { Refused } from "../upstream/leg.ts";
import type { ProxyUpstreams } from "../upstream/proxy-upstreams.ts";
import type { Pace } from "./denial-pace.ts";

/** What a sign-in through the proxy needs, the same for SMTP and POP3; one for the gateway. */
export interface ProxySignInStages {
  readonly upstreams: ProxyUpstreams;
  readonly pace: Pace;
  findMailbox(id: MailboxId): Mailbox | undefined;
  readiness(expectedBytes: number): Readiness;
  readonly clock: Clock;
  /** For tests; default is a timer that the stop of the gateway ends. */
  readonly wait?: (ms: number) => Promise<void>;
}

export interface ProxySignInAttempt {
  /** `userName` as the client typed it. The secret is wiped when the answer is there. */
  readonly credentials: Credentials;
  readonly clientAddress: string;
  readonly log: Log;
}

export type ProxySignInResult<Machine, Offer, Verdict> =
  | {
      readonly kind: "signed-in";
      readonly login: ProxyUserName;
      readonly mailbox: Mailbox;
      readonly upstream: Dialled<Machine, Offer, Verdict>;
    }
  /** Not `user%server%mailbox-id`. `text` shows the form and repeats nothing of the input. */
  | { readonly kind: "malformed"; readonly text: string }
  /**
   * To be answered like a wrong password, an unknown mailbox like a suspended one; the time of a wrong password has
   * passed.
   */
  | { readonly kind: "denied"; readonly cause: "unknown-mailbox" | "target-refused" | "refused-before" }
  /** To be answered with "try again later", without a reason that a stranger could use. */
  | { readonly kind: "unavailable"; readonly cause: "mailbox-suspended" | "disk-low" | "store-failing" | "stopping" }
  /** Too many sign-ins failed: "try again later", and the upstream was not asked. */
  | { readonly kind: "throttled" }
  /** The upstream's own no. */
  | Refused<Verdict>
  | UpstreamFailure;

type Dial<Machine, Offer, Verdict> = (
  target: Target,
  credentials: Credentials,
  /** What the mailbox leaves of what the gateway allows. */
  allowedTargets: readonly string[],
) => Promise<DialResult<Machine, Offer, Verdict>>;

/**
 * Signs a client in at the upstream that its user name names. Order: the name's form, the mailbox, the throttle, and only
 * then a connection: without a mailbox to record into, nobody reaches an upstream (I3, I10).
 */
export async function signInThroughProxy<Machine, Offer, Verdict>(
  stages: ProxySignInStages,
  attempt: ProxySignInAttempt,
  dial: Dial<Machine, Offer, Verdict>,
): Promise<ProxySignInResult<Machine, Offer, Verdict>> {
  const startedMs = stages.clock.monotonicMs();
  const login = parseLoginName(attempt.credentials.userName);
  try {
    if (login.kind === "malformed") return reported(attempt.log, undefined, login);
    if (login.kind === "local") return reported(attempt.log, undefined, { kind: "malformed", text: proxyUserNameForm });
    const result = await decide(stages, attempt, login, dial);
    const elapsedMs = stages.clock.monotonicMs() - startedMs;
    if (result.kind === "denied" || (result.kind === "unavailable" && result.cause === "mailbox-suspended"))
      await pause(stages, stages.pace.waitMs(elapsedMs));
    else if (result.kind === "refused" && result.blames === "credentials") stages.pace.note(elapsedMs);
    return reported(attempt.log, login, result);
  } finally {
    secretOf(attempt.credentials).wipe();
  }
}

async function decide<Machine, Offer, Verdict>(
  stages: ProxySignInStages,
  { credentials, clientAddress }: ProxySignInAttempt,
  login: ProxyUserName,
  dial: Dial<Machine, Offer, Verdict>,
): Promise<ProxySignInResult<Machine, Offer, Verdict>> {
  const mailbox = stages.findMailbox(login.mailbox);
  if (mailbox === undefined) return { kind: "denied", cause: "unknown-mailbox" };
  const cause = notReady(mailbox, stages.readiness(0));
  if (cause !== undefined) return { kind: "unavailable", cause };
  const rewritten = { ...credentials, userName: login.remoteUser };
  const admission = await stages.upstreams.throttle.admit({
    clientAddress,
    target: login.target,
    credentials: rewritten,
  });
  if (admission.kind === "known-bad") return { kind: "denied", cause: "refused-before" };
  if (admission.kind === "wait") return { kind: "throttled" };
  const result = await dialled(stages, admission, () => dial(login.target, rewritten, mailbox.allowedTargets));
  if (result === undefined) return { kind: "unavailable", cause: "stopping" };
  if (result.kind === "failed" && result.cause === "target-refused") return { kind: "denied", cause: "target-refused" };
  return result.kind === "signed-in" ? { kind: "signed-in", login, mailbox, upstream: result } : result;
}

/** Why nothing could be recorded now. */
export function notReady(
  mailbox: Mailbox,
  readiness: Readiness,
): "mailbox-suspended" | "disk-low" | "store-failing" | "stopping" | undefined {
  if (mailbox.state === "suspended") return "mailbox-suspended";
  switch (readiness) {
    case "ready":
      return undefined;
    case "disk-low":
      return "disk-low";
    case "failing":
      return "store-failing";
    case "stopped":
      return "stopping";
  }
}

/** `undefined`: the gateway stops. A connection that comes afterwards is closed. */
async function dialled<Machine, Offer, Verdict>(
  { upstreams }: ProxySignInStages,
  permit: Permit,
  dial: () => Promise<DialResult<Machine, Offer, Verdict>>,
): Promise<DialResult<Machine, Offer, Verdict> | undefined> {
  const stopped = upstreams.stopped;
  const giveUp = Promise.withResolvers<undefined>();
  const onStop = (): void => giveUp.resolve(undefined);
  stopped.addEventListener("abort", onStop);
  if (stopped.aborted) onStop();
  const work = ended(dial, permit);
  try {
    const result = await Promise.race([work, giveUp.promise]);
    if (result === undefined) void work.then(hangUp, () => undefined);
    return result;
  } finally {
    stopped.removeEventListener("abort", onStop);
  }
}

/** The permit ends with the upstream's verdict, whoever waits for it. */
async function ended<Machine, Offer, Verdict>(
  dial: () => Promise<DialResult<Machine, Offer, Verdict>>,
  permit: Permit,
): Promise<DialResult<Machine, Offer, Verdict>> {
  let verdict: Parameters<Permit["end"]>[0] = "none";
  try {
    const result = await dial();
    if (result.kind === "signed-in") verdict = "good";
    else if (result.kind === "refused" && result.blames === "credentials") verdict = "bad";
    return result;
  } finally {
    permit.end(verdict);
  }
}

function hangUp<Machine, Offer, Verdict>(result: DialResult<Machine, Offer, Verdict>): void {
  if (result.kind === "signed-in") result.connection.destroy();
}

async function pause({ wait, upstreams }: ProxySignInStages, ms: number): Promise<void> {
  if (wait !== undefined) return wait(ms);
  // The stop of the gateway ends the wait early; nobody measures then.
  return sleep(ms, undefined, { signal: upstreams.stopped }).catch(() => undefined);
}

function reported<Machine, Offer, Verdict>(
  log: Log,
  login: ProxyUserName | undefined,
  result: ProxySignInResult<Machine, Offer, Verdict>,
): ProxySignInResult<Machine, Offer, Verdict> {
  const who =
    login === undefined
      ? {}
      : { mailbox: login.mailbox, upstream: formatTarget(login.target), remoteUser: login.remoteUser };
  switch (result.kind) {
    case "signed-in": {
      const { mechanism, door, connection } = result.upstream;
      const how = { mechanism, port: door.port, address: connection.peer.address, tls: connection.tls?.version };
      log.event("proxy/signed-in", { ...who, ...how });
      break;
    }
    case "failed":
      log.event("proxy/upstream-failed", { ...who, cause: result.cause, text: result.text });
      break;
    case "refused":
      log.event("proxy/denied", { ...who, cause: `upstream-${result.blames}` });
      break;
    case "malformed":
    case "throttled":
      log.event("proxy/denied", { ...who, cause: result.kind });
      break;
    case "denied":
    case "unavailable":
      log.event("proxy/denied", { ...who, cause: result.cause });
      break;
  }
  return result;
}
