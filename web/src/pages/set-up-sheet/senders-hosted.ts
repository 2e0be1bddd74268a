// SPDX-License-Identifier: Apache-2.0

import type { Sheet, SheetValues, Step } from "./sheet.ts";
import { lines, place } from "./sheet-parts.ts";

/** Mail servers that somebody else runs. */
export const hostedSenders: readonly Sheet[] = [
  { system: "microsoft365", group: "senders", steps: microsoft365 },
  { system: "google-workspace", group: "senders", steps: googleWorkspace },
];

function microsoft365(values: SheetValues): readonly Step[] {
  const { address, domain } = values;
  const { host, port } = place(values.smtp);
  return [
    ...(port === 25 ? [] : [{ key: "port", warning: true as const }]),
    {
      key: "alternate",
      code: "Set-TransportConfig -JournalingReportNdrTo undeliverable@example.com",
    },
    {
      key: "remoteDomain",
      code: lines(
        `New-RemoteDomain -Name "Postern" -DomainName ${domain}`,
        `Set-RemoteDomain "Postern" -TNEFEnabled $false`,
      ),
    },
    {
      key: "connector",
      fields: [
        { label: "from", value: "Office 365" },
        { label: "to", value: "Partner organization" },
        { label: "forDomain", value: domain },
        { label: "smartHost", value: host },
        { label: "encryption", word: "tlsTrusted" },
        { label: "certificateName", value: host },
      ],
      code: lines(
        `New-OutboundConnector -Name "Postern" -ConnectorType Partner \``,
        `  -RecipientDomains ${domain} -UseMXRecord $false \``,
        `  -SmartHosts ${host} \``,
        `  -TlsSettings DomainValidation -TlsDomain ${host}`,
      ),
    },
    {
      key: "rule",
      fields: [
        { label: "journalTo", value: address },
        { label: "ruleName", value: "Postern" },
        { label: "journalFrom", word: "everyone" },
        { label: "journalType", word: "allMessages" },
      ],
      code: lines(
        'New-JournalRule -Name "Postern" -Scope Global -Enabled $true `',
        `  -JournalEmailAddress ${address}`,
      ),
    },
    { key: "wait" },
  ];
}

function googleWorkspace(values: SheetValues): readonly Step[] {
  const { address, domain } = values;
  const { host, port } = place(values.smtp);
  return [
    {
      key: "host",
      fields: [
        { label: "name", value: "Postern" },
        { label: "singleHost", value: host },
        { label: "port", value: String(port) },
        { label: "requireTls", word: "on" },
        { label: "requireCa", word: "onUnlessSelfSigned" },
        { label: "validateHost", word: "onUnlessSelfSigned" },
      ],
    },
    {
      key: "archiving",
      fields: [
        { label: "archivingAddress", value: address },
        { label: "mxOf", value: domain },
      ],
    },
    {
      key: "routing",
      fields: [
        { label: "name", value: "Postern" },
        { label: "affects", word: "allFourKinds" },
        { label: "alsoDeliver", value: address },
        { label: "route", value: "Postern" },
        { label: "originalTo", word: "on" },
      ],
    },
    { key: "limits", warning: true },
  ];
}
