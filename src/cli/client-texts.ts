// SPDX-License-Identifier: Apache-2.0
import type { ClientServer, ClientSettings } from "./client-settings.ts";
import { formatFacts } from "./text-table.ts";

/** How one client calls the fields. The words are those of its own dialogs. */
interface Client {
  readonly title: string;
  /** The way to the dialog, and what to choose on it. */
  readonly steps: readonly string[];
  readonly security: Readonly<Record<ClientServer["tls"], string>>;
  readonly fields: { readonly host: string; readonly port: string; readonly security: string; readonly user: string };
  /** What else to set. */
  readonly also: readonly string[];
}

const clients: readonly Client[] = [
  {
    title: "Outlook for Windows (classic)",
    steps: [
      "Control Panel > Mail (Microsoft Outlook) > Email Accounts > New > Manual setup > POP or IMAP.",
      "Account type POP3. Ports and encryption: More Settings > Advanced.",
    ],
    fields: { host: "Server", port: "Port", security: "Encryption", user: "User Name" },
    security: { implicit: "SSL/TLS", starttls: "STARTTLS" },
    also: [
      "Leave 'Require logon using Secure Password Authentication (SPA)' off.",
      "More Settings > Outgoing Server: 'My outgoing server (SMTP) requires authentication', with the user name below.",
    ],
  },
  {
    title: "Thunderbird",
    steps: ["New account > Existing mail > Configure manually. Protocol POP3."],
    fields: { host: "Hostname", port: "Port", security: "Connection security", user: "Username" },
    security: { implicit: "SSL/TLS", starttls: "STARTTLS" },
    also: ["Authentication method: Normal password, on both. 'Encrypted password' cannot work through a proxy."],
  },
  {
    title: "Apple Mail on the Mac",
    steps: [
      "Mail > Settings > Accounts > + > Other Mail Account. Account type POP.",
      "Afterwards, under Server Settings, switch 'Automatically manage connection settings' off.",
    ],
    fields: { host: "Host name", port: "Port", security: "Use TLS/SSL", user: "User name" },
    security: { implicit: "on", starttls: "on" },
    also: ["Authentication: Password, on both."],
  },
  {
    title: "iPhone, iPad",
    steps: [
      "Settings > Apps > Mail > Mail Accounts > Add Account > Other > Add Mail Account, then POP.",
      "Port and SSL stand under Advanced (incoming) and under SMTP > Primary Server (outgoing).",
    ],
    fields: { host: "Host Name", port: "Server Port", security: "Use SSL", user: "User Name" },
    security: { implicit: "on", starttls: "on" },
    also: ["The user name of the outgoing server is called optional there; it is not. Authentication: Password."],
  },
  {
    title: "Android (Gmail app, Samsung Email, Thunderbird and others)",
    steps: ["Add account > Other, then Personal (POP3) or manual set-up."],
    fields: { host: "Server", port: "Port", security: "Security type", user: "User name" },
    security: { implicit: "SSL/TLS", starttls: "STARTTLS" },
    also: ["'Require sign-in' for outgoing mail: on."],
  },
];

/** The settings for each client, in its own words. */
export function describeClients(settings: ClientSettings): string {
  const head = [
    "The password is the user's own at the real server, for incoming and outgoing mail.",
    "The e-mail address in the client stays the user's own. Copy the user names: no blank may get into them.",
  ];
  return [`${head.join("\n")}\n`, ...clients.map((client) => describeClient(client, settings))].join("\n");
}

function describeClient(client: Client, { incoming, outgoing }: ClientSettings): string {
  const side = (name: string, server: ClientServer | null, service: string): string => {
    if (server === null) return `  ${name}\n    the gateway does not listen for ${service}\n`;
    const { fields, security } = client;
    return `  ${name}\n${formatFacts([
      [`    ${fields.host}`, server.host],
      [`    ${fields.port}`, String(server.port)],
      [`    ${fields.security}`, security[server.tls]],
      [`    ${fields.user}`, server.userName],
    ])}`;
  };
  const notes = [...client.steps, ...client.also].map((line) => `  ${line}\n`);
  return [
    `${client.title}\n`,
    ...notes,
    side("Incoming mail", incoming, "POP3"),
    side("Outgoing mail", outgoing, "submission"),
  ].join("");
}
