// SPDX-License-Identifier: Apache-2.0
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import type { TestMessage } from "../support/corpus.ts";
import { expectedByData } from "../support/expected-content.ts";
import { type PeerName, peerPath } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";
import { DotStuffer, SmtpClient } from "../support/smtp-client.ts";
import { senderOf } from "./samples.ts";

/** Where and how to send. */
export interface SubmitJob {
  readonly ports: { readonly submission: number; readonly submissions: number };
  readonly certificateFile: string;
  readonly certificate: string;
  readonly user: string;
  readonly password: string;
  /** An empty directory of the client's own. */
  readonly directory: string;
  readonly messages: readonly TestMessage[];
  /** The last one stands in no header field. */
  readonly recipients: readonly string[];
}

export type UpstreamName = "Postfix" | "Dovecot" | "Exim";

/** A program that submits every message, from `senderOf(index)`. Throws when one is refused. */
export interface Submitter {
  readonly title: string;
  readonly program?: PeerName;
  readonly submit: (job: SubmitJob) => Promise<void>;
  /** What the client makes of a message before it sends it. */
  readonly sends: (content: Buffer) => Buffer;
  /** The servers that it sends to, and that each gets every so many-th message: starting a program takes its time. */
  readonly every: Readonly<Partial<Record<UpstreamName, number>>>;
  /** It sends by BDAT what DATA cannot carry. */
  readonly exact?: boolean;
}

/** All messages go to Dovecot by BDAT and to Postfix by DATA once. Dovecot has no port for TLS from the start. */
export const submitters: readonly Submitter[] = [
  {
    title: "a client by BDAT, AUTH PLAIN",
    submit: byBdat,
    sends: (content) => content,
    every: { Postfix: 4, Dovecot: 1 },
    exact: true,
  },
  {
    title: "nodemailer",
    submit: nodemailer,
    // It ends what is empty by a CRLF, too.
    sends: (content) => (content.length === 0 ? Buffer.from("\r\n") : expectedByData(content)),
    every: { Postfix: 1, Dovecot: 8, Exim: 8 },
  },
  {
    title: "curl over TLS",
    program: "curl",
    submit: (job) => curl(job, "tls"),
    sends: expectedByData,
    every: { Postfix: 8 },
  },
  {
    title: "curl by STARTTLS",
    program: "curl",
    submit: (job) => curl(job, "starttls"),
    sends: expectedByData,
    every: { Postfix: 8, Dovecot: 8, Exim: 16 },
  },
  {
    title: "msmtp over TLS, AUTH LOGIN",
    program: "msmtp",
    submit: msmtp,
    sends: expectedByData,
    every: { Postfix: 16 },
  },
  {
    title: "swaks by STARTTLS",
    program: "swaks",
    submit: swaks,
    sends: expectedByData,
    every: { Postfix: 32, Dovecot: 32 },
  },
];

async function byBdat({ ports, certificate, user, password, messages, recipients }: SubmitJob): Promise<void> {
  const client = await SmtpClient.open({ port: ports.submission, startTls: { ca: certificate } });
  const response = Buffer.from(`\0${user}\0${password}`).toString("base64");
  await client.command(`AUTH PLAIN ${response}`, 235);
  for (const [index, { name, content }] of messages.entries()) {
    const transaction = { from: senderOf(index), to: recipients, content, chunkBytes: [65_536] };
    const reply = await client.deliver(transaction);
    if (reply.code !== 250) throw new Error(`${name}: ${reply.code} ${reply.text}`);
  }
  await client.quit();
}

async function curl(job: SubmitJob, tls: "tls" | "starttls"): Promise<void> {
  const { ports, certificateFile, user, password, directory, messages, recipients } = job;
  // Not by `user`: that ends at the first colon, and a target may hold one.
  const account = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  const server =
    tls === "tls"
      ? `smtps://${account}@localhost:${ports.submissions}`
      : `smtp://${account}@localhost:${ports.submission}`;
  const transfers: string[] = [];
  for (const [index, { content }] of messages.entries()) {
    const file = join(directory, `${index}.eml`);
    await writeFile(file, content);
    transfers.push(
      [
        `url = "${server}/client.test"`,
        `cacert = "${certificateFile}"`,
        "ssl-reqd",
        "silent",
        "show-error",
        "fail-early",
        `mail-from = "${senderOf(index)}"`,
        ...recipients.map((recipient) => `mail-rcpt = "${recipient}"`),
        `upload-file = "${file}"`,
      ].join("\n"),
    );
  }
  const file = join(directory, "curlrc");
  await writeFile(file, transfers.join("\nnext\n"), { mode: 0o600 });
  await runProgram(peerPath("curl"), ["--config", file]);
}

async function nodemailer(job: SubmitJob): Promise<void> {
  const { ports, certificate, user, password, messages, recipients } = job;
  const transport = createTransport({
    host: "localhost",
    port: ports.submissions,
    secure: ports.submissions !== ports.submission,
    requireTLS: true,
    auth: { user, pass: password },
    tls: { ca: certificate },
    name: "client.test",
    // One connection, so that many messages go over it.
    pool: true,
    maxConnections: 1,
    maxMessages: messages.length,
  });
  try {
    for (const [index, { content }] of messages.entries())
      await transport.sendMail({ envelope: { from: senderOf(index), to: [...recipients] }, raw: content });
  } finally {
    transport.close();
  }
}

async function msmtp(job: SubmitJob): Promise<void> {
  const { ports, certificateFile, user, password, directory, messages, recipients } = job;
  const file = join(directory, "msmtprc");
  const lines = [
    "account default",
    "host localhost",
    `port ${ports.submissions}`,
    "auth login",
    `user ${user}`,
    `password ${password}`,
    "tls on",
    "tls_starttls off",
    `tls_trust_file ${certificateFile}`,
    "domain client.test",
    "set_date_header off",
    "set_msgid_header off",
    "set_from_header off",
    "undisclosed_recipients off",
    "remove_bcc_headers off",
  ];
  await writeFile(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  for (const [index, { content }] of messages.entries())
    await runProgram(peerPath("msmtp"), ["--file", file, "--from", senderOf(index), "--", ...recipients], {
      input: content,
    });
}

async function swaks(job: SubmitJob): Promise<void> {
  const { ports, certificateFile, user, password, directory, messages, recipients } = job;
  for (const [index, { content }] of messages.entries()) {
    // Without its own fixing of the data, swaks wants them as they go over the wire.
    const file = join(directory, `${index}.data`);
    const stuffer = new DotStuffer();
    await writeFile(file, Buffer.concat([stuffer.update(content), stuffer.finish()]));
    const options = {
      "--server": "localhost",
      "--port": String(ports.submission),
      "--tls-ca-path": certificateFile,
      "--auth": "PLAIN",
      "--auth-user": user,
      "--auth-password": password,
      "--helo": "client.test",
      "--from": senderOf(index),
      "--to": recipients.join(","),
      "--data": `@${file}`,
    };
    const flags = ["--tls", "--tls-verify", "--no-data-fixup", "--suppress-data"];
    await runProgram(peerPath("swaks"), [...Object.entries(options).flat(), ...flags]);
  }
}
