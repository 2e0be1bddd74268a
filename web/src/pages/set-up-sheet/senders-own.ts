// SPDX-License-Identifier: Apache-2.0

import type { Field, Sheet, SheetValues, Step } from "./sheet.ts";
import { lines, place } from "./sheet-parts.ts";

/** Mail servers that the organisation runs itself. */
export const ownSenders: readonly Sheet[] = [
  { system: "exchange", group: "senders", steps: exchange },
  { system: "postfix", group: "senders", steps: postfix },
  { system: "exim", group: "senders", steps: exim },
  { system: "zimbra", group: "senders", steps: zimbra },
  { system: "kerio", group: "senders", steps: kerio },
  { system: "hmailserver", group: "senders", steps: hmailserver },
  { system: "other-server", group: "senders", steps: otherServer },
];

function exchange(values: SheetValues): readonly Step[] {
  const { address, domain } = values;
  const { host, port } = place(values.smtp);
  return [
    {
      key: "connector",
      code: lines(
        `New-SendConnector -Name "Postern" -AddressSpaces ${domain} \``,
        `  -SmartHosts ${host} -Port ${port} -DNSRoutingEnabled $false \``,
        `  -RequireTLS $true -TlsAuthLevel DomainValidation -TlsDomain ${host}`,
      ),
    },
    { key: "contact", code: `New-MailContact -Name "Postern" -ExternalEmailAddress ${address}` },
    { key: "alternate", code: "Set-TransportConfig -JournalingReportNdrTo undeliverable@example.com" },
    {
      key: "premium",
      code: lines(
        'New-JournalRule -Name "Postern" -Scope Global -Enabled $true `',
        `  -JournalEmailAddress ${address}`,
      ),
    },
    { key: "standard", code: `Set-MailboxDatabase "DB01" -JournalRecipient "Postern"` },
  ];
}

function postfix({ address, domain, smtp, fingerprint }: SheetValues): readonly Step[] {
  const { host, port } = place(smtp);
  const hop = `[${host}]:${port}`;
  return [
    { key: "copy", code: `always_bcc = ${address}` },
    {
      key: "some",
      code: lines(
        `sender_bcc_maps = inline:{ anna@example.com=${address} }`,
        `recipient_bcc_maps = inline:{ anna@example.com=${address} }`,
      ),
    },
    {
      key: "route",
      code: lines(
        `transport_maps = inline:{ ${domain}=smtp:${hop} }`,
        `smtp_tls_policy_maps = inline:{ { ${hop} = secure } }`,
        "smtp_tls_CAfile = /etc/ssl/certs/ca-certificates.crt",
      ),
    },
    {
      key: "selfSigned",
      code: lines(
        "smtp_tls_fingerprint_digest = sha256",
        `smtp_tls_policy_maps = inline:{ { ${hop} = fingerprint match=${fingerprint ?? "…"} } }`,
      ),
    },
    { key: "reload", code: "postfix check && postfix reload" },
    { key: "limits", warning: true },
  ];
}

function exim({ address, domain, smtp }: SheetValues): readonly Step[] {
  const { host, port } = place(smtp);
  return [
    {
      key: "routers",
      code: lines(
        "postern_route:",
        "  driver = manualroute",
        `  domains = ${domain}`,
        `  route_list = * ${host}`,
        "  transport = postern_smtp",
        "",
        "postern_copy:",
        "  driver = redirect",
        `  domains = ! ${domain}`,
        `  data = ${address}`,
        "  unseen",
        "  no_verify",
      ),
    },
    {
      key: "transport",
      code: lines(
        "postern_smtp:",
        "  driver = smtp",
        `  port = ${port}`,
        "  hosts_require_tls = *",
        "  tls_verify_certificates = system",
        "  tls_verify_hosts = *",
      ),
    },
    { key: "reload", code: "exim -bV && systemctl reload exim4" },
  ];
}

function zimbra({ address, smtp, domain }: SheetValues): readonly Step[] {
  const { host, port } = place(smtp);
  return [
    { key: "archiving", code: `zmprov ma anna@example.com amavisArchiveQuarantineTo ${address}` },
    { key: "always", fields: [{ label: "alwaysBcc", value: address }] },
    { key: "route", fields: [{ label: "transportOf", value: `${domain} smtp:[${host}]:${port}` }] },
  ];
}

function kerio(values: SheetValues): readonly Step[] {
  return [
    {
      key: "archiving",
      fields: [
        { label: "enableArchiving", word: "on" },
        { label: "remoteAddress", value: values.address },
        { label: "messages", word: "localInOutRelayed" },
      ],
    },
    { key: "route", fields: routeFields(values) },
  ];
}

function hmailserver(values: SheetValues): readonly Step[] {
  return [
    { key: "mirror", fields: [{ label: "mirrorAddress", value: values.address }] },
    { key: "route", fields: [...routeFields(values), { label: "encryption", value: "STARTTLS Required" }] },
    { key: "limits", warning: true },
  ];
}

function otherServer(values: SheetValues): readonly Step[] {
  return [
    { key: "copy", fields: [{ label: "blindCopyTo", value: values.address }] },
    { key: "route", fields: [...routeFields(values), { label: "encryption", value: "STARTTLS" }] },
  ];
}

function routeFields({ domain, smtp }: SheetValues): readonly Field[] {
  const { host, port } = place(smtp);
  return [
    { label: "forDomain", value: domain },
    { label: "server", value: host },
    { label: "port", value: String(port) },
  ];
}
