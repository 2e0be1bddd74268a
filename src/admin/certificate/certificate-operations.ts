// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from "node:crypto";
import { PosternError } from "../../base/errors.ts";
import type { CertificateDesk } from "../../certificate/certificate-desk.ts";
import { type OperationContext, operation } from "../operation.ts";
import { settingsOf } from "../settings/settings-operations.ts";
import { nothing } from "../shapes.ts";
import * as shapes from "./certificate-shapes.ts";

export const showCertificate = operation({
  input: nothing,
  output: shapes.certificateView,
  run: (context) => view(context),
});

export const uploadCertificate = operation({
  input: shapes.newCertificate,
  output: shapes.certificateView,
  changes: true,
  async run(context, pair) {
    const desk = deskOf(context);
    desk.check(pair);
    return changed(context, "uploaded", async () => {
      // An uploaded one is shown only while none is asked for by itself.
      if (context.configuration.acme.enabled) await settingsOf(context).change({ "acme.enabled": false });
      await desk.upload(pair);
    });
  },
});

export const useAcme = operation({
  input: shapes.acmeChoice,
  output: shapes.certificateView,
  changes: true,
  async run(context, { agreeTerms, names, contact, directoryUrl, challenge }) {
    const desk = deskOf(context);
    desk.refuseFiles();
    return changed(context, "acme", async () => {
      await settingsOf(context).change({
        "acme.enabled": true,
        ...(agreeTerms === undefined ? {} : { "acme.agree_terms": agreeTerms }),
        ...(names === undefined ? {} : { "acme.names": names }),
        ...(contact === undefined ? {} : { "acme.contact": contact }),
        ...(directoryUrl === undefined ? {} : { "acme.directory_url": directoryUrl }),
        ...(challenge === undefined ? {} : { "acme.challenge": challenge }),
      });
      // Not waited for: it takes as long as the authority wants. The view says how it goes.
      void desk.renewal.look(true);
    });
  },
});

export const renewCertificate = operation({
  input: nothing,
  output: shapes.certificateView,
  changes: true,
  run: (context) => changed(context, "renew", async () => deskOf(context).renewal.renew()),
});

export const removeCertificate = operation({
  input: nothing,
  output: shapes.certificateView,
  changes: true,
  run: (context) =>
    changed(context, "removed", async () => {
      const desk = deskOf(context);
      desk.refuseFiles();
      if (context.configuration.acme.enabled) await settingsOf(context).change({ "acme.enabled": false });
      await desk.remove();
    }),
});

async function changed(
  context: OperationContext,
  change: string,
  work: () => Promise<void>,
): Promise<shapes.CertificateView> {
  const before = auditView(await view(context));
  await work();
  const now = await view(context);
  context.log.event("certificate/changed", { change, sha256: now.fingerprint, actor: context.actor });
  const deed = { action: `certificate.${change}`, subject: "certificate", before, after: auditView(now) };
  await context.audit.note(context, deed);
  return now;
}

function auditView({ source, names, notAfter, fingerprint, acme }: shapes.CertificateView): object {
  const { enabled, directoryUrl, challenge } = acme;
  return { source, names, notAfter, fingerprint, acme: { enabled, names: acme.names, directoryUrl, challenge } };
}

/** Throws `admin/unreachable`: without a gateway nobody shows a certificate. */
function deskOf({ certificates }: OperationContext): CertificateDesk {
  if (certificates === undefined)
    throw new PosternError("admin/unreachable", "only a running gateway has a certificate");
  return certificates;
}

async function view(context: OperationContext): Promise<shapes.CertificateView> {
  const desk = deskOf(context);
  const own = new X509Certificate(desk.chain);
  const { hostName } = context.configuration.gateway;
  return {
    source: desk.source,
    subject: own.subject.replaceAll("\n", ", "),
    issuer: own.issuer.replaceAll("\n", ", "),
    names: namesOf(own),
    notBefore: own.validFromDate.toISOString(),
    notAfter: own.validToDate.toISOString(),
    fingerprint: own.fingerprint256,
    selfSigned: own.checkIssued(own),
    chainLength: desk.chain.split("-----BEGIN CERTIFICATE-----").length - 1,
    hostName,
    coversHostName: own.checkHost(hostName) !== undefined,
    acme: await acmeView(context, desk),
  };
}

async function acmeView(
  { configuration }: OperationContext,
  { renewal }: CertificateDesk,
): Promise<shapes.CertificateView["acme"]> {
  const { enabled, directoryUrl, contact, challenge, agreeTerms } = configuration.acme;
  const { lastAttemptMs, lastError, issuedBy } = renewal.attempts;
  const dueMs = await renewal.dueMs();
  const settled = lastError !== null ? "failing" : issuedBy === directoryUrl ? "issued" : "due";
  return {
    enabled,
    state: !enabled ? "off" : renewal.ordering ? "ordering" : settled,
    directoryUrl,
    names: renewal.names,
    contact,
    challenge,
    agreeTerms,
    lastAttemptAt: timeOf(lastAttemptMs),
    nextAttemptAt: timeOf(dueMs === 0 ? undefined : dueMs),
    lastError: enabled ? lastError : null,
  };
}

function timeOf(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : new Date(ms).toISOString();
}

/** `DNS:a.example, IP Address:192.0.2.1` → the names alone. */
function namesOf({ subjectAltName }: X509Certificate): readonly string[] {
  return (subjectAltName ?? "")
    .split(", ")
    .map((each) => each.replace(/^(?:DNS|IP Address):/, ""))
    .filter((each) => each !== "");
}
