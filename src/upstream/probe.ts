// SPDX-License-Identifier: Apache-2.0
import type { X509Certificate } from "node:crypto";
import { formatTarget, type Target } from "../protocol/proxy-user-name.ts";
import { mechanismsFor } from "../protocol/sasl/client/choose.ts";
import type { DoorLook, UpstreamDialer } from "./dial.ts";
import type { FailureCause } from "./failure.ts";
import type { Door, UpstreamProtocol } from "./port-rule.ts";
import { certificateHash, publicKeyHash } from "./trust.ts";

/** What one port of an upstream showed. */
export interface DoorReport {
  readonly protocol: UpstreamProtocol;
  readonly port: number;
  readonly tls: Door["tls"];
  /** Whether the proxy would take it for logins with a password, and for logins with a token. */
  readonly takenForPasswords: boolean;
  readonly takenForTokens: boolean;
  readonly address?: string;
  readonly tlsVersion?: string;
  readonly cipher?: string;
  readonly certificate?: CertificateReport;
  /** SASL mechanisms, and `USER` for USER and PASS of POP3. */
  readonly mechanisms?: readonly string[];
  readonly offers?: readonly string[];
  readonly problem?: { readonly cause: FailureCause; readonly text: string };
}

export interface CertificateReport {
  readonly subject: string;
  readonly names: string;
  readonly issuer: string;
  /** ISO 8601, UTC. */
  readonly notAfter: string;
  /** SHA-256 in hex: what `proxy.pins` takes. */
  readonly sha256: string;
  readonly publicKeySha256: string;
}

/** Looks at a target through every door that the proxy would try; nobody signs in. */
export async function probeUpstream(dialer: UpstreamDialer, target: Target): Promise<readonly DoorReport[]> {
  const reports: DoorReport[] = [];
  for (const protocol of protocolsFor(target.port)) {
    for await (const look of dialer.look(protocol, target)) reports.push(await reportOf(protocol, look));
    // A port has one protocol: when it spoke this one, there is no other to ask for.
    if (target.port !== undefined && reports.at(-1)?.problem === undefined) break;
  }
  return reports;
}

/** The reports as lines for a person. */
export function describeProbe(target: Target, reports: readonly DoorReport[]): readonly string[] {
  return [formatTarget(target), ...reports.flatMap((report) => describeDoor(report).map((line) => `  ${line}`))];
}

function protocolsFor(port: number | undefined): readonly UpstreamProtocol[] {
  if (port === 110 || port === 995) return ["pop3"];
  return port === undefined ? ["smtp", "pop3"] : [25, 465, 587].includes(port) ? ["smtp"] : ["smtp", "pop3"];
}

async function reportOf(protocol: UpstreamProtocol, { door, result }: DoorLook): Promise<DoorReport> {
  const common = { protocol, port: door.port, tls: door.tls };
  if (result.kind === "failed") {
    const { cause, text, certificate } = result;
    const shown = certificate === undefined ? {} : { certificate: certificateReport(certificate) };
    return { ...common, ...shown, takenForPasswords: false, takenForTokens: false, problem: { cause, text } };
  }
  const { connection, offer } = result;
  const byUser = "user" in offer && offer.user;
  const report: DoorReport = {
    ...common,
    takenForPasswords: byUser || mechanismsFor(offer.mechanisms, { kind: "password" }).length > 0,
    takenForTokens: mechanismsFor(offer.mechanisms, { kind: "token" }).length > 0,
    address: connection.peer.address,
    tlsVersion: connection.tls?.version ?? "",
    cipher: connection.tls?.cipher ?? "",
    mechanisms: byUser ? [...offer.mechanisms, "USER"] : offer.mechanisms,
    offers: "lines" in offer ? offer.lines : [...offer.keywords],
    ...(connection.certificate === undefined ? {} : { certificate: certificateReport(connection.certificate) }),
  };
  await connection.write("QUIT\r\n");
  await connection.end();
  return report;
}

function certificateReport(certificate: X509Certificate): CertificateReport {
  return {
    subject: certificate.subject.replaceAll("\n", ", "),
    names: certificate.subjectAltName ?? "",
    issuer: certificate.issuer.replaceAll("\n", ", "),
    notAfter: new Date(certificate.validTo).toISOString(),
    sha256: certificateHash(certificate),
    publicKeySha256: publicKeyHash(certificate),
  };
}

function describeDoor(report: DoorReport): readonly string[] {
  const { certificate, mechanisms, problem } = report;
  const name = `${report.protocol} port ${report.port}, ${report.tls === "implicit" ? "TLS" : "STARTTLS"}`;
  const verdict = report.takenForPasswords
    ? "the proxy would take it"
    : report.takenForTokens
      ? "the proxy would take it for tokens only"
      : "the proxy would NOT take it";
  return [
    `${name}: ${verdict}`,
    ...(problem === undefined ? [] : [`  ${problem.text}`]),
    ...(report.tlsVersion === undefined ? [] : [`  ${report.tlsVersion} ${report.cipher} at ${report.address}`]),
    ...(certificate === undefined
      ? []
      : [`  certificate for ${certificate.names || "no name"}, until ${certificate.notAfter}`]),
    ...(certificate === undefined ? [] : [`  SHA-256 ${certificate.sha256}, from ${certificate.issuer}`]),
    ...(mechanisms === undefined ? [] : [`  sign-in: ${mechanisms.join(" ") || "none"}`]),
  ];
}
