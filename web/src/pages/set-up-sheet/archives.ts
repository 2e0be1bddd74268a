// SPDX-License-Identifier: Apache-2.0

import type { SecurePlace, Sheet, SheetValues, Step } from "./sheet.ts";
import { lines, placeFields, securePlace } from "./sheet-parts.ts";

/** What pulls from the mailbox. */
export const archives: readonly Sheet[] = [
  { system: "mailstore", group: "archives", steps: mailstore },
  { system: "piler", group: "archives", steps: piler },
  { system: "open-archiver", group: "archives", steps: openArchiver },
  { system: "fetchmail", group: "archives", steps: fetchmail },
  { system: "mpop", group: "archives", steps: mpop },
  { system: "getmail", group: "archives", steps: getmail },
  { system: "other-archive", group: "archives", steps: otherArchive },
];

/** Where the collectors read the mailbox password from. */
const passwordFile = "/etc/postern-mailbox.password";

function mailstore({ id, pull }: SheetValues): readonly Step[] {
  const { host } = securePlace(pull);
  return [
    {
      key: "profile",
      fields: [
        { label: "gatewayHost", value: host },
        { label: "mailboxId", value: id },
        { label: "password", word: "mailboxPassword" },
        { label: "deleteAfter", word: "on" },
      ],
    },
    { key: "byPop3", fields: pullFields(id, pull) },
    { key: "schedule" },
  ];
}

function piler({ id, pull }: SheetValues): readonly Step[] {
  const { host, port } = securePlace(pull);
  return [
    { key: "password", code: `install -m 600 -o piler /dev/null ${passwordFile}` },
    {
      key: "import",
      code: `PILER_PASSWORD="$(cat ${passwordFile})" pilerimport -K ${host} -P ${port} -u ${id} -r`,
    },
    { key: "schedule" },
  ];
}

function openArchiver(values: SheetValues): readonly Step[] {
  return [
    { key: "noPop3", warning: true },
    { key: "maildir", code: mpopFile(values) },
    { key: "source" },
    { key: "export", code: `postern export ${values.id} --to mail --format eml` },
  ];
}

function fetchmail({ id, pull }: SheetValues): readonly Step[] {
  const { host, port, tls } = securePlace(pull);
  return [
    {
      key: "file",
      code: lines(
        "set no bouncemail",
        `poll ${host} protocol pop3 service ${port} uidl`,
        `  user "${id}" password "…"`,
        `  ${tls === "implicit" ? "ssl" : "sslproto 'TLS1.2+'"} sslcertck`,
        "  fetchall nokeep no rewrite",
        `  mda "/usr/lib/dovecot/dovecot-lda -d archive"`,
      ),
    },
    { key: "run", code: "chmod 600 ~/.fetchmailrc && fetchmail --daemon 300" },
    { key: "limits", warning: true },
  ];
}

function mpop(values: SheetValues): readonly Step[] {
  return [
    { key: "password", code: `install -m 600 /dev/null ${passwordFile}` },
    { key: "file", code: mpopFile(values) },
    { key: "selfSigned", code: `tls_fingerprint ${values.fingerprint ?? "…"}` },
    { key: "run", code: "*/5 * * * * mpop --quiet --all-accounts" },
  ];
}

function mpopFile({ id, pull }: SheetValues): string {
  const { host, port, tls } = securePlace(pull);
  return lines(
    "account postern",
    `host ${host}`,
    `port ${port}`,
    `user ${id}`,
    `passwordeval "cat ${passwordFile}"`,
    "tls on",
    `tls_starttls ${tls === "implicit" ? "off" : "on"}`,
    "keep off",
    "received_header off",
    "delivery maildir /var/mail/archive",
  );
}

function getmail({ id, pull }: SheetValues): readonly Step[] {
  const { host, port } = securePlace(pull);
  return [
    {
      key: "file",
      code: lines(
        "[retriever]",
        "type = SimplePOP3SSLRetriever",
        `server = ${host}`,
        `port = ${port}`,
        `username = ${id}`,
        `password_command = ("cat", "${passwordFile}")`,
        "ca_certs = /etc/ssl/certs/ca-certificates.crt",
        "",
        "[destination]",
        "type = Maildir",
        "path = /var/mail/archive/",
        "",
        "[options]",
        "read_all = true",
        "delete = true",
        "received = false",
        "delivered_to = false",
      ),
    },
    { key: "run", code: "*/5 * * * * getmail --quiet" },
    { key: "limits", warning: true },
  ];
}

function otherArchive({ id, pull }: SheetValues): readonly Step[] {
  return [{ key: "pop3", fields: pullFields(id, pull) }, { key: "kind" }, { key: "schedule" }];
}

function pullFields(id: string, pull: SecurePlace | undefined) {
  return [
    { label: "protocol", value: "POP3" },
    ...placeFields(pull),
    { label: "userName", value: id },
    { label: "password", word: "mailboxPassword" },
    { label: "deleteAfter", word: "on" },
  ];
}
