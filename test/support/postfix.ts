// SPDX-License-Identifier: Apache-2.0
import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { peerPath } from "./peers.ts";
import { runProgram } from "./run-program.ts";
import { freePorts, removeDirectory, temporaryDirectory } from "./temporary.ts";
import { waitFor } from "./wait-for.ts";

export interface PostfixOptions {
  /** Everything that comes in is copied to this address (`always_bcc`, the journal rule of Postfix). */
  readonly alwaysBcc?: string;
  /** domain → where its mail goes, with TLS demanded or not. */
  readonly routes?: readonly PostfixRoute[];
  /** Deliver every other address by `virtual` into this Maildir, instead of by a route. */
  readonly maildir?: string;
  /** The authority that routes with TLS must verify the server by, a PEM file. */
  readonly caFile?: string;
  /** More lines of main.cf; what they set counts. */
  readonly more?: string;
  /** Offer submission to users that a Dovecot knows, with this certificate. */
  readonly submission?: { readonly certificateFile: string; readonly keyFile: string; readonly authSocket: string };
}

export interface PostfixRoute {
  readonly domain: string;
  readonly port: number;
  readonly tls: boolean;
}

/** A Postfix with directories of its own on a loopback port. Needs root; leaves an installed Postfix alone. */
export class Postfix {
  readonly directory: string;
  readonly port: number;
  /** STARTTLS and TLS from the start, when `submission` was given. */
  readonly submissionPorts: { readonly submission: number; readonly submissions: number };

  private constructor(directory: string, [port = 0, submission = 0, submissions = 0]: readonly number[]) {
    this.directory = directory;
    this.port = port;
    this.submissionPorts = { submission, submissions };
  }

  static async start(options: PostfixOptions): Promise<Postfix> {
    const directory = await temporaryDirectory("postfix");
    const postfix = new Postfix(directory, await freePorts(3));
    try {
      for (const name of ["config", "queue", "data"]) await mkdir(join(directory, name));
      await chown(join(directory, "data"), await userId("postfix"), 0);
      await writeFile(join(postfix.#config, "main.cf"), postfix.#mainCf(options));
      await writeFile(join(postfix.#config, "master.cf"), postfix.#masterCf(options));
      await runProgram(peerPath("postfix"), ["-c", postfix.#config, "start"]);
    } catch (error) {
      await removeDirectory(directory);
      throw error;
    }
    return postfix;
  }

  /** The process id of the master; all others are its children. */
  async pid(): Promise<number> {
    return Number((await readFile(join(this.directory, "queue/pid/master.pid"), "utf8")).trim());
  }

  async log(): Promise<string> {
    return readFile(join(this.directory, "mail.log"), "utf8");
  }

  /** Waits until nothing is left in the queue. Throws when a message was deferred or bounced. */
  async drained(): Promise<void> {
    await waitFor("Postfix's queue to be empty", async () => {
      const { stdout } = await runProgram(peerPath("postqueue"), ["-c", this.#config, "-p"]);
      const trouble = /^.*status=(deferred|bounced).*$/m.exec(await this.log());
      if (trouble !== null) throw new Error(trouble[0]);
      return stdout.toString().includes("Mail queue is empty");
    });
  }

  async stop(): Promise<void> {
    await runProgram(peerPath("postfix"), ["-c", this.#config, "stop"], { accept: [0, 1] });
    await removeDirectory(this.directory);
  }

  get #config(): string {
    return join(this.directory, "config");
  }

  #masterCf({ submission }: PostfixOptions): string {
    if (submission === undefined) return masterCf(this.port, "");
    const { certificateFile, keyFile, authSocket } = submission;
    const options = {
      smtpd_tls_cert_file: certificateFile,
      smtpd_tls_key_file: keyFile,
      smtpd_sasl_auth_enable: "yes",
      smtpd_sasl_path: authSocket,
      smtpd_tls_security_level: "encrypt",
      smtpd_tls_auth_only: "yes",
      smtpd_relay_restrictions: "permit_sasl_authenticated,reject",
      smtpd_client_restrictions: "permit_sasl_authenticated,reject",
      mynetworks: "192.0.2.1",
    };
    const service = (port: number, more: Readonly<Record<string, string>>): string =>
      [
        `127.0.0.1:${port} inet n - n - - smtpd`,
        ...Object.entries({ ...options, ...more }).map(([name, value]) => `  -o ${name}=${value}`),
      ].join("\n");
    const { submission: clear, submissions: encrypted } = this.submissionPorts;
    return masterCf(this.port, `${service(clear, {})}\n${service(encrypted, { smtpd_tls_wrappermode: "yes" })}`);
  }

  #mainCf(options: PostfixOptions): string {
    const routes = (options.routes ?? []).map(
      (route) => `{${route.domain} = ${route.tls ? "smtp" : "plainsmtp"}:[127.0.0.1]:${route.port}}`,
    );
    const virtual = `
virtual_mailbox_domains = static:all
virtual_mailbox_base = /
virtual_mailbox_maps = static:${(options.maildir ?? "").replace(/^\//, "")}/
virtual_mailbox_limit = 0
virtual_minimum_uid = 1
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
`;
    return `
compatibility_level = 3.6
queue_directory = ${this.directory}/queue
data_directory = ${this.directory}/data
maillog_file = ${this.directory}/mail.log
maillog_file_prefixes = ${this.directory}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.test
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
# No pause of a second for a client that is faster than the deliveries.
in_flow_delay = 0
# Header fields of submitted mail stay as they are.
local_header_rewrite_clients =
smtpd_sasl_type = dovecot
message_size_limit = 0
mailbox_size_limit = 0
# Nothing is folded or cut on the way through.
smtp_line_length_limit = 0
line_length_limit = 1048576
header_size_limit = 2097152
mime_nesting_limit = 20000
smtp_tls_security_level = ${options.caFile === undefined ? "encrypt" : "verify"}
smtp_tls_verify_cert_match = hostname, localhost
${options.caFile === undefined ? "" : `smtp_tls_CAfile = ${options.caFile}`}
smtp_tls_loglevel = 1
${options.alwaysBcc === undefined ? "" : `always_bcc = ${options.alwaysBcc}`}
${routes.length === 0 ? "" : `transport_maps = inline:{ ${routes.join(", ")} }`}
${options.maildir === undefined ? "" : virtual}
${options.more ?? ""}
`;
  }
}

function masterCf(port: number, submission: string): string {
  return `127.0.0.1:${port} inet n - n - - smtpd
${submission}
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
verify    unix  -       -       n       -       1       verify
flush     unix  n       -       n       1000?   0       flush
proxymap  unix  -       -       n       -       -       proxymap
smtp      unix  -       -       n       -       -       smtp
plainsmtp unix  -       -       n       -       -       smtp
  -o smtp_tls_security_level=none
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
virtual   unix  -       n       n       -       -       virtual
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
`;
}

export async function userId(name: string): Promise<number> {
  const { stdout } = await runProgram("id", ["-u", name]);
  return Number(stdout.toString().trim());
}
