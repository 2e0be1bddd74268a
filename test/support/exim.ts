// SPDX-License-Identifier: Apache-2.0
import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { peerPath } from "./peers.ts";
import { userId } from "./postfix.ts";
import { runProgram } from "./run-program.ts";
import { DotStuffer } from "./smtp-client.ts";
import { removeDirectory, temporaryDirectory } from "./temporary.ts";

export interface EximOptions {
  /** domain → port; every route demands TLS and a certificate verified by `caFile` unless `tls` is false. */
  readonly routes: readonly { readonly domain: string; readonly port: number; readonly tls: boolean }[];
  readonly caFile: string;
}

/**
 * Exim as a sender: it uses BDAT (RFC 3030) where the server offers CHUNKING, which Postfix as a client never does.
 * No daemon: mail goes in on standard input and out by a queue run. Needs root.
 */
export class Exim {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create(options: EximOptions): Promise<Exim> {
    const directory = await temporaryDirectory("exim");
    const user = await userId("Debian-exim");
    for (const name of ["spool", "log"]) {
      await mkdir(join(directory, name));
      await chown(join(directory, name), user, user);
    }
    await writeFile(join(directory, "exim.conf"), configuration(directory, options));
    return new Exim(directory);
  }

  /** Queues messages by batched SMTP; the octets go in by DATA, so LF line ends become what Exim makes of them. */
  async submit(messages: readonly Buffer[], from: string, to: readonly string[]): Promise<void> {
    const batch: Buffer[] = [];
    for (const content of messages) {
      const recipients = to.map((recipient) => `RCPT TO:<${recipient}>\r\n`).join("");
      const stuffer = new DotStuffer();
      batch.push(
        Buffer.from(`MAIL FROM:<${from}>\r\n${recipients}DATA\r\n`),
        stuffer.update(content),
        stuffer.finish(),
      );
    }
    await this.#run(["-odq", "-bS"], Buffer.concat(batch));
  }

  /** Delivers what is queued, and waits for it. Throws when something was deferred or bounced. */
  async deliver(): Promise<void> {
    // A queue runner takes one message after the other and leaves alone what another one has; two keep both busy.
    await Promise.all([this.#run(["-qf"]), this.#run(["-qf"])]);
    const log = await this.log();
    const trouble = /^.* (==|\*\*) .*$/m.exec(log);
    if (trouble !== null) throw new Error(trouble[0]);
  }

  async log(): Promise<string> {
    return readFile(join(this.directory, "log/mainlog"), "utf8");
  }

  async remove(): Promise<void> {
    await removeDirectory(this.directory);
  }

  async #run(args: readonly string[], input?: Buffer): Promise<void> {
    const all = ["-C", join(this.directory, "exim.conf"), ...args];
    await runProgram(peerPath("exim4"), all, input === undefined ? {} : { input });
  }
}

function configuration(directory: string, options: EximOptions): string {
  const router = (route: EximOptions["routes"][number], index: number): string => `
route${index}:
  driver = manualroute
  domains = ${route.domain}
  route_list = * 127.0.0.1::${route.port} byname
  self = send
  transport = ${route.tls ? "encrypted" : "clear"}
  no_more
`;
  return `
exim_path = ${peerPath("exim4")}
spool_directory = ${directory}/spool
log_file_path = ${directory}/log/%slog
log_selector = +smtp_confirmation +tls_cipher
pid_file_path = ${directory}/exim.pid
primary_hostname = exim.test
keep_environment =
message_size_limit = 0
smtp_accept_max_nonmail = 100000
# Nothing is cut or refused on the way through.
header_maxsize = 100M
header_line_maxsize = 0
received_headers_max = 1000
accept_8bitmime = true
allow_utf8_domains = true
trusted_users = root
untrusted_set_sender = *
tls_advertise_hosts =
acl_not_smtp = accept_all
queue_run_max = 4
remote_max_parallel = 2
begin acl
accept_all:
  accept
begin routers
${options.routes.map(router).join("")}
begin transports
encrypted:
  driver = smtp
  hosts_require_tls = *
  tls_verify_certificates = ${options.caFile}
  tls_verify_hosts = *
  tls_verify_cert_hostnames =
  message_linelength_limit = 1G
  hosts_try_chunking = *
clear:
  driver = smtp
  hosts_avoid_tls = *
  message_linelength_limit = 1G
  hosts_try_chunking = *
begin retry
*  *  F,1h,1m
`;
}
