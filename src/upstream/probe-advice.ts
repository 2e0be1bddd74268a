// SPDX-License-Identifier: Apache-2.0
import { formatTarget, type Target } from "../protocol/proxy-user-name.ts";
import type { FailureCause } from "./failure.ts";
import type { DoorReport } from "./probe.ts";

/** A certificate that ends sooner should be looked after; most are renewed 30 days before. */
const soonDays = 14;
const dayMs = 24 * 3_600_000;

/**
 * What an administrator can do about one door, in the words of the configuration. Empty: nothing needs doing.
 * @param caFile an authority that was named for this look alone
 */
export function adviseDoor(report: DoorReport, target: Target, nowMs: number, caFile?: string): readonly string[] {
  const { problem, certificate } = report;
  if (problem !== undefined) return adviseProblem(problem.cause, report, target);
  const advice: string[] = [];
  if (!report.takenForPasswords) {
    const instead = report.takenForTokens ? "Only clients that sign in with OAuth tokens can use it. " : "";
    advice.push(`${instead}Let the server offer PLAIN or LOGIN inside TLS, or SCRAM.`);
  }
  if (caFile !== undefined)
    advice.push(`The certificate counts by that CA file. For the gateway write under [proxy.ca_files]:
  "${hostOf(target)}" = "${caFile}"`);
  const days = certificate === undefined ? soonDays : Math.floor((Date.parse(certificate.notAfter) - nowMs) / dayMs);
  if (days < 0) advice.push("The certificate has expired and counts by its pin alone.");
  else if (days < soonDays) advice.push(`The certificate ends in ${days} days: have it renewed.`);
  return advice;
}

function adviseProblem(cause: FailureCause, report: DoorReport, target: Target): readonly string[] {
  const { port, certificate } = report;
  switch (cause) {
    case "target-refused":
      return [adviseRefused(target, port)];
    case "name-not-found":
      return ["Check the spelling of the name, and that this machine's name server knows it."];
    case "name-lookup-failed":
      return ["This machine's name server does not answer: check it (resolv.conf)."];
    case "unreachable":
    case "timed-out":
      return [`Check that the server listens on port ${port}, and that no firewall on the way out is shut for it.`];
    case "tls-failed":
      return ["Check that the server speaks TLS 1.2 or newer on this port."];
    case "speaks-no-tls":
      return ["The server answers in clear text on this port; the proxy then tries STARTTLS."];
    case "tls-not-offered":
      return [
        "Turn encryption on at the server (STARTTLS, or better a port with TLS from the start). The proxy never sends credentials in clear.",
      ];
    case "response-injection":
      return ["Something between here and the server, or the server itself, tampers with STARTTLS. Use a TLS port."];
    case "certificate-expired":
    case "certificate-not-yet-valid":
      return ["Have the certificate renewed at the server, and check the clock of this machine."];
    case "certificate-other-name":
      return ["In the user name, write the server by a name that stands in its certificate."];
    case "certificate-not-pinned":
      return certificate === undefined ? [] : [advisePin(target, certificate.sha256, "When the server has a new one")];
    case "certificate-untrusted":
      return [
        `When the authority is your own, write under [proxy.ca_files]:\n  "${hostOf(target)}" = "/path/to/authority.pem"\nand try it first with --ca-file.`,
        ...(certificate === undefined
          ? []
          : [advisePin(target, certificate.sha256, "When the server signed it itself")]),
      ];
    case "no-mechanism":
      return ["Let the server offer PLAIN or LOGIN inside TLS, or SCRAM."];
    case "conversation-broken":
    case "server-not-verified":
      return ["Ask the server's log why it ended the conversation; it may block this machine's address."];
  }
}

function adviseRefused(target: Target, port: number): string {
  const rule = target.hostKind === "ipv6" ? `[${target.host}]:${port}` : `${target.host}:${port}`;
  return [
    "The gateway's own name and listeners are never a target. To allow another server, add to proxy.allowed_targets:",
    `  "${rule}"`,
    "A name covers addresses in private networks; for an address of this machine, write the address.",
  ].join("\n");
}

function advisePin(target: Target, sha256: string, when: string): string {
  return `${when}, compare the fingerprint at the server itself, then write under [proxy.pins]:\n  "${hostOf(target)}" = "${sha256}"`;
}

/** As `proxy.ca_files` and `proxy.pins` take it. */
function hostOf(target: Target): string {
  return target.port === undefined ? target.host : formatTarget(target);
}
