// SPDX-License-Identifier: Apache-2.0
import type { X509Certificate } from "node:crypto";
import type { Target } from "../protocol/proxy-user-name.ts";
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
  /** The mechanism that a login with a password would use. */
  readonly wouldUse?: string;
  /** EHLO keywords, or lines of CAPA. */
  readonly offers?: readonly string[];
  /** SIZE of SMTP, when one is fixed. */
  readonly maxMessageBytes?: number;
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

/** After these, a port may still speak the other protocol; everything else would be told twice. */
const otherProtocolMayDo: ReadonlySet<FailureCause> = new Set(["conversation-broken", "speaks-no-tls"]);

/** Looks at a target through every door that the proxy would try; nobody signs in. */
export async function probeUpstream(dialer: UpstreamDialer, target: Target): Promise<readonly DoorReport[]> {
  const all: DoorReport[] = [];
  for (const protocol of protocolsFor(target.port)) {
    const reports: DoorReport[] = [];
    for await (const look of dialer.look(protocol, target)) reports.push(await reportOf(protocol, look));
    if (target.port !== undefined) {
      // A port has one protocol. When it spoke this one, what the other made of it is noise.
      if (reports.some(({ problem }) => problem === undefined)) return reports;
      if (!reports.some(({ problem }) => problem !== undefined && otherProtocolMayDo.has(problem.cause)))
        return [...all, ...reports];
    }
    all.push(...reports);
  }
  return all;
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
  const [best] = mechanismsFor(offer.mechanisms, { kind: "password" });
  const wouldUse = best ?? (byUser ? "USER" : undefined);
  const maxMessageBytes = "maxMessageBytes" in offer ? offer.maxMessageBytes : undefined;
  const report: DoorReport = {
    ...common,
    takenForPasswords: wouldUse !== undefined,
    takenForTokens: mechanismsFor(offer.mechanisms, { kind: "token" }).length > 0,
    address: connection.peer.address,
    tlsVersion: connection.tls?.version ?? "",
    cipher: connection.tls?.cipher ?? "",
    mechanisms: byUser ? [...offer.mechanisms, "USER"] : offer.mechanisms,
    offers: "lines" in offer ? offer.lines : [...offer.keywords],
    ...(wouldUse === undefined ? {} : { wouldUse }),
    ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
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
