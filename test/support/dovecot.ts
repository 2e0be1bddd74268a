// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { chown, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { peerPath } from "./peers.ts";
import { userId } from "./postfix.ts";
import { runProgram } from "./run-program.ts";
import { freePorts, removeDirectory, temporaryDirectory } from "./temporary.ts";
import { waitFor } from "./wait-for.ts";

export interface DovecotOptions {
  /** Encrypt stored messages by the mail-crypt plugin with one global P-256 key. */
  readonly mailCrypt?: boolean;
  /** How users may sign in; default is PLAIN. Tokens (XOAUTH2, OAUTHBEARER) are checked against `tokenKey`. */
  readonly mechanisms?: readonly string[];
  /** The secret of HS256 by which tokens are signed (RFC 7519); the user is their `email`. */
  readonly tokenKey?: string;
  /** Offer submission, and hand everything on to an SMTP server at this port in clear. */
  readonly submissionRelay?: number;
}

export const dovecotPassword = "dovecot-password";

/** A Dovecot with directories of its own: POP3S and LMTP on loopback, any user, one password, Maildir. Needs root. */
export class Dovecot {
  readonly directory: string;
  readonly ports: {
    readonly pop3: number;
    readonly pop3s: number;
    readonly lmtp: number;
    /** STARTTLS, when `submissionRelay` was given. */
    readonly submission: number;
  };
  readonly #child: ChildProcess;

  private constructor(directory: string, ports: Dovecot["ports"], child: ChildProcess) {
    this.directory = directory;
    this.ports = ports;
    this.#child = child;
  }

  static async start(options: DovecotOptions = {}): Promise<Dovecot> {
    const directory = await temporaryDirectory("dovecot");
    const [pop3 = 0, pop3s = 0, lmtp = 0, submission = 0] = await freePorts(4);
    const ports = { pop3, pop3s, lmtp, submission };
    await mkdir(join(directory, "mail"));
    const mailUser = await userId("mail");
    await chown(join(directory, "mail"), mailUser, mailUser);
    await selfSigned(directory);
    if (options.mailCrypt === true) await cryptKeys(directory);
    if (options.tokenKey !== undefined) await tokenConfiguration(directory, options.tokenKey);
    await writeFile(join(directory, "dovecot.conf"), configuration(directory, ports, options));
    // Not what this process writes to: a login process may outlive the master by half a minute, and whoever reads that
    // would wait for it.
    const log = openSync(join(directory, "dovecot.log"), "a");
    const child = spawn(peerPath("dovecot"), ["-F", "-c", join(directory, "dovecot.conf")], {
      stdio: ["ignore", "ignore", log],
    });
    closeSync(log);
    const dovecot = new Dovecot(directory, ports, child);
    await waitFor("Dovecot to answer", async () => {
      if (child.exitCode !== null) throw new Error(`Dovecot ended:\n${await dovecot.log()}`);
      return answers(pop3s);
    });
    return dovecot;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get certificateFile(): string {
    return join(this.directory, "certificate.pem");
  }

  async certificate(): Promise<string> {
    return readFile(this.certificateFile, "utf8");
  }

  get keyFile(): string {
    return join(this.directory, "key.pem");
  }

  /** Where another server asks whether a user may sign in, by Dovecot's own protocol. */
  get authSocket(): string {
    return join(this.directory, "run/auth-for-smtp");
  }

  maildir(user: string): string {
    return join(this.directory, "mail", user, "Maildir");
  }

  /** Puts messages into a user's maildrop as they are, in this order. */
  async fill(user: string, contents: readonly Buffer[]): Promise<void> {
    const owner = await userId("mail");
    const maildir = this.maildir(user);
    const folders = [
      join(this.directory, "mail", user),
      maildir,
      ...["cur", "new", "tmp"].map((name) => join(maildir, name)),
    ];
    for (const folder of folders) {
      await mkdir(folder);
      await chown(folder, owner, owner);
    }
    for (const [index, content] of contents.entries()) {
      const file = join(maildir, "new", `${1_600_000_000 + index}.M1P1.test`);
      await writeFile(file, content);
      await chown(file, owner, owner);
    }
  }

  async log(): Promise<string> {
    return readFile(join(this.directory, "dovecot.log"), "utf8").catch(() => "");
  }

  /** Names of the message files of a user. */
  async messages(user: string): Promise<readonly string[]> {
    const found: string[] = [];
    for (const part of ["new", "cur"]) {
      const names = await readdir(join(this.maildir(user), part)).catch(() => []);
      found.push(...names.map((name) => join(part, name)));
    }
    return found;
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await gone;
    await removeDirectory(this.directory);
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const answer = await Promise.race([
    once(socket, "connect").then(() => true),
    once(socket, "error").then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return answer;
}

/** `key.pem` and `certificate.pem` in a directory: P-256, for localhost and 127.0.0.1. */
export async function selfSigned(directory: string): Promise<void> {
  const made = `-keyout ${join(directory, "key.pem")} -out ${join(directory, "certificate.pem")}`;
  const options =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost " +
    `-addext subjectAltName=DNS:localhost,IP:127.0.0.1 ${made}`;
  await runProgram(peerPath("openssl"), options.split(" "));
}

/** Tokens are checked without asking anybody: issuer `test`, key `default`. */
async function tokenConfiguration(directory: string, key: string): Promise<void> {
  const keys = join(directory, "token-keys/default/HS256");
  await mkdir(keys, { recursive: true });
  await writeFile(join(keys, "default"), Buffer.from(key).toString("base64"));
  await writeFile(
    join(directory, "oauth2.conf"),
    `introspection_mode = local
local_validation_key_dict = fs:posix:prefix=${directory}/token-keys/
issuers = test
username_attribute = email
`,
  );
}

async function cryptKeys(directory: string): Promise<void> {
  const [key, publicKey] = [join(directory, "crypt-key.pem"), join(directory, "crypt-public.pem")];
  await runProgram(peerPath("openssl"), ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", `${key}.ec`]);
  await runProgram(peerPath("openssl"), ["pkey", "-in", `${key}.ec`, "-out", key]);
  await runProgram(peerPath("openssl"), ["pkey", "-in", key, "-pubout", "-out", publicKey]);
}

function configuration(directory: string, ports: Dovecot["ports"], options: DovecotOptions): string {
  const crypt = `
mail_plugins = mail_crypt
plugin {
  mail_crypt_global_private_key = <${directory}/crypt-key.pem
  mail_crypt_global_public_key = <${directory}/crypt-public.pem
  mail_crypt_save_version = 2
}
`;
  const mechanisms = (options.mechanisms ?? ["PLAIN"]).join(" ").toLowerCase();
  const relay = `
submission_relay_host = 127.0.0.1
submission_relay_port = ${options.submissionRelay}
submission_max_mail_size = 0
service submission-login {
  inet_listener submission {
    port = ${ports.submission}
  }
}
`;
  const tokens = `
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${directory}/oauth2.conf
}
`;
  return `
base_dir = ${directory}/run
state_dir = ${directory}/state
log_path = ${directory}/dovecot.log
protocols = pop3 lmtp${options.submissionRelay === undefined ? "" : " submission"}
auth_mechanisms = ${mechanisms}
auth_username_chars =
auth_failure_delay = 0
listen = 127.0.0.1
ssl = yes
ssl_cert = <${directory}/certificate.pem
ssl_key = <${directory}/key.pem
mail_location = maildir:~/Maildir
mail_fsync = always
first_valid_uid = 1
default_vsz_limit = 1G
${options.tokenKey === undefined ? "" : tokens}
passdb {
  driver = static
  args = password=${dovecotPassword}
}
userdb {
  driver = static
  args = uid=mail gid=mail home=${directory}/mail/%u allow_all_users=yes
}
service pop3-login {
  inet_listener pop3 {
    port = ${ports.pop3}
  }
  inet_listener pop3s {
    port = ${ports.pop3s}
    ssl = yes
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${ports.lmtp}
  }
}
service auth {
  unix_listener auth-for-smtp {
    mode = 0666
  }
}
# A wrong password is answered at once.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
${options.mailCrypt === true ? crypt : ""}${options.submissionRelay === undefined ? "" : relay}
`;
}
