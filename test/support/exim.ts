// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { peerPath } from "./peers.ts";
import { userId } from "./postfix.ts";
import { runProgram } from "./run-program.ts";
import { DotStuffer } from "./smtp-client.ts";
import { freePorts, removeDirectory, temporaryDirectory } from "./temporary.ts";
import { waitFor } from "./wait-for.ts";

export interface EximOptions {
  /** domain → port; every route demands TLS and a certificate verified by `caFile` unless `tls` is false. */
  readonly routes: readonly { readonly domain: string; readonly port: number; readonly tls: boolean }[];
  readonly caFile: string;
  /** Routers before those, and transports, as they stand in a configuration. */
  readonly more?: { readonly routers: string; readonly transports: string };
  /** Take mail for these routes from users that sign in, any name with this password; it waits for `deliver`. */
  readonly submission?: { readonly certificateFile: string; readonly keyFile: string; readonly password: string };
}

/**
 * Exim as a sender: it uses BDAT (RFC 3030) where the server offers CHUNKING, which Postfix as a client never does.
 * Mail goes in on standard input, or by submission, and out by a queue run. Needs root.
 */
export class Exim {
  readonly directory: string;
  /** STARTTLS with AUTH PLAIN alone, TLS from the start with AUTH LOGIN alone; when `submission` was given. */
  readonly submissionPorts: { readonly submission: number; readonly submissions: number };
  #daemon: ChildProcess | undefined;

  private constructor(directory: string, [submission = 0, submissions = 0]: readonly number[]) {
    this.directory = directory;
    this.submissionPorts = { submission, submissions };
  }

  static async create(options: EximOptions): Promise<Exim> {
    const directory = await temporaryDirectory("exim");
    const user = await userId("Debian-exim");
    for (const name of ["spool", "log"]) {
      await mkdir(join(directory, name));
      await chown(join(directory, name), user, user);
    }
    const exim = new Exim(directory, options.submission === undefined ? [] : await freePorts(2));
    await writeFile(join(directory, "exim.conf"), configuration(exim, options));
    if (options.submission !== undefined) await exim.#listen(options.submission, user);
    return exim;
  }

  async #listen({ certificateFile, keyFile }: NonNullable<EximOptions["submission"]>, user: number): Promise<void> {
    for (const [from, name] of [
      [certificateFile, "certificate.pem"],
      [keyFile, "key.pem"],
    ] as const) {
      await copyFile(from, join(this.directory, name));
      await chown(join(this.directory, name), user, user);
    }
    const daemon = spawn(peerPath("exim4"), ["-C", join(this.directory, "exim.conf"), "-bdf"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    this.#daemon = daemon;
    await waitFor("Exim to listen", async () => {
      if (daemon.exitCode !== null) throw new Error(`Exim ended:\n${await this.log()}`);
      return takesConnections(this.submissionPorts.submissions);
    });
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
    const daemon = this.#daemon;
    if (daemon !== undefined && daemon.exitCode === null) {
      const gone = once(daemon, "exit");
      daemon.kill("SIGTERM");
      await gone;
    }
    await removeDirectory(this.directory);
  }

  async #run(args: readonly string[], input?: Buffer): Promise<void> {
    const all = ["-C", join(this.directory, "exim.conf"), ...args];
    await runProgram(peerPath("exim4"), all, input === undefined ? {} : { input });
  }
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const connected = once(socket, "connect").then(
    () => true,
    () => false,
  );
  try {
    return await connected;
  } finally {
    socket.destroy();
  }
}

/** Main options and authenticators of a daemon that users submit to. */
function submissionConfiguration(exim: Exim, password: string): { readonly main: string; readonly auth: string } {
  const { submission, submissions } = exim.submissionPorts;
  const main = `
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${submission} : ${submissions}
tls_on_connect_ports = ${submissions}
tls_certificate = ${exim.directory}/certificate.pem
tls_privatekey = ${exim.directory}/key.pem
tls_advertise_hosts = *
queue_only = true
acl_smtp_rcpt = accept_signed_in
acl_smtp_data = accept_all
`;
  const auth = `
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if eq{$auth3}{${password}}}
  server_set_id = $auth2
  server_advertise_condition = \${if and{{def:tls_in_cipher}{eq{$received_port}{${submission}}}}}
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = \${if eq{$auth2}{${password}}}
  server_set_id = $auth1
  server_advertise_condition = \${if eq{$received_port}{${submissions}}}
`;
  return { main, auth };
}

function configuration(exim: Exim, options: EximOptions): string {
  const { directory } = exim;
  const { main, auth } =
    options.submission === undefined
      ? { main: "tls_advertise_hosts =", auth: "" }
      : submissionConfiguration(exim, options.submission.password);
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
${main}
acl_not_smtp = accept_all
queue_run_max = 4
remote_max_parallel = 2
begin acl
accept_all:
  accept
accept_signed_in:
  accept authenticated = *
  deny
begin routers
${options.more?.routers ?? ""}
${options.routes.map(router).join("")}
begin transports
${options.more?.transports ?? ""}
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
${auth}`;
}
