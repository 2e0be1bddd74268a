// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../../base/connection.ts";
import type { Log } from "../../observe/log.ts";
import { formatTarget } from "../../protocol/proxy-user-name.ts";
import type { Credentials } from "../../protocol/sasl/credentials.ts";
import type { Extensions } from "../../protocol/smtp/client/extensions.ts";
import type { SmtpClientMachine } from "../../protocol/smtp/client/machine.ts";
import { type Refusal, refusals } from "../../protocol/smtp/refusal.ts";
import { type Reply, reply } from "../../protocol/smtp/reply.ts";
import { failureReply } from "../../upstream/failure.ts";
import { type ProxySignInResult, type ProxySignInStages, signInThroughProxy } from "../proxy-sign-in.ts";
import type { SmtpSignIn } from "../smtp-session.ts";
import { relayedReply } from "./relayed-reply.ts";
import { SmtpRelay, type SmtpRelayStages } from "./smtp-relay.ts";
import { SmtpUpstream, type SmtpUpstreamTimes } from "./smtp-upstream.ts";
import { withheldFor } from "./upstream-parameters.ts";

/** What the SMTP proxy works with; one for the gateway. */
export interface SmtpProxyStages {
  readonly signIn: ProxySignInStages;
  readonly relay: SmtpRelayStages;
  readonly times: SmtpUpstreamTimes;
  /** Our own limit; the smaller one of ours and the upstream's holds. */
  readonly maxMessageBytes: number;
}

type SmtpSignInResult = ProxySignInResult<SmtpClientMachine, Extensions, Reply>;

/** AUTH of the proxy: the answer and, after a success, the relay that takes the mail from then on. */
export async function signInToSmtpProxy(
  stages: SmtpProxyStages,
  credentials: Credentials,
  connection: Connection,
  log: Log,
): Promise<SmtpSignIn> {
  const { dialer } = stages.signIn.upstreams;
  const attempt = { credentials, clientAddress: connection.peer.address, log };
  const result = await signInThroughProxy(stages.signIn, attempt, (target, rewritten, allowed) =>
    dialer.dialSmtp(target, rewritten, allowed),
  );
  return result.kind === "signed-in"
    ? openRelay(stages, result, connection, log)
    : { answer: { accepted: false, refusal: signInRefusal(result) } };
}

function openRelay(
  { signIn, relay, times, maxMessageBytes }: SmtpProxyStages,
  { login, mailbox, upstream }: Extract<SmtpSignInResult, { readonly kind: "signed-in" }>,
  connection: Connection,
  log: Log,
): SmtpSignIn {
  const { tls, peer } = upstream.connection;
  const { offer } = upstream;
  const proxied = {
    remoteUser: login.remoteUser,
    upstream: formatTarget({ ...login.target, port: upstream.door.port }),
    upstreamAddress: peer.address,
    upstreamTls: tls === undefined ? "none" : `${tls.version} ${tls.cipher}`,
  };
  const conversation = new SmtpUpstream({ ...upstream, times, stopped: signIn.upstreams.stopped });
  const stage = new SmtpRelay(relay, { connection, upstream: conversation, mailbox: mailbox.id, proxied, log });
  const smaller = Math.min(maxMessageBytes, offer.maxMessageBytes ?? maxMessageBytes);
  return { answer: { accepted: true, offer: { maxMessageBytes: smaller, withheld: withheldFor(offer) } }, stage };
}

function signInRefusal(result: Exclude<SmtpSignInResult, { readonly kind: "signed-in" }>): Refusal {
  switch (result.kind) {
    case "malformed":
      return { cause: "user-name-form", reply: reply(535, "5.7.8", result.text) };
    case "denied":
      // A mailbox that is not there looks like one that is suspended. Temporary: the password is not what is wrong.
      return result.cause === "unknown-mailbox" ? refusals.signInUnavailable : refusals.signInDenied;
    case "unavailable":
      return refusals.signInUnavailable;
    case "throttled":
      return refusals.signInThrottled;
    case "failed":
      return failureReply(result);
    case "refused":
      return upstreamRefusal(result.verdict);
  }
}

/**
 * An upstream's ordinary no reads as ours do, so that nobody can tell them apart. What says more than "wrong" (a second
 * factor is wanted, the account is locked, try later) is given through: the user can do something about it.
 */
function upstreamRefusal(verdict: Reply): Refusal {
  const ordinary = verdict.code === 535 && (verdict.enhanced === undefined || verdict.enhanced === "5.7.8");
  if (ordinary) return refusals.signInDenied;
  const refusal = { cause: "upstream-sign-in-refused", reply: relayedReply(verdict, "7.0") };
  return verdict.code === 421 ? { ...refusal, closes: true } : refusal;
}
