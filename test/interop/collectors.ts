// SPDX-License-Identifier: Apache-2.0
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withoutCarriageReturns } from "../support/expected-content.ts";
import { type PeerName, peerPath } from "../support/peers.ts";
import { userId } from "../support/postfix.ts";
import { runProgram } from "../support/run-program.ts";

/** Where and how to pull. */
export interface PullJob {
  readonly ports: { readonly pop3: number; readonly pop3s: number };
  readonly certificateFile: string;
  readonly user: string;
  readonly password: string;
  /** An empty directory of the collector's own. */
  readonly directory: string;
  readonly count: number;
}

/** A program that pulls everything by POP3 and removes it from the server. */
export interface Collector {
  readonly title: string;
  readonly program: PeerName;
  readonly collect: (job: PullJob) => Promise<readonly Buffer[]>;
  /** What the collector itself makes of what POP3 handed it. */
  readonly writes: (byPop3: Buffer) => Buffer;
  /** The messages that the collector itself can carry; seen with Dovecot as the server. All when absent. */
  readonly carries?: (name: string) => boolean;
  /** The same program gets all of them over another connection: every so many-th is enough where all is done twice. */
  readonly every?: number;
}

/**
 * fetchmail leaves messages whose header section does not parse on the server, drops a `From ` line and a lone dot at the
 * start of a header section, ends a header section by an empty line, and writes NULs into very long lines.
 */
const notByFetchmail =
  /hdr-fakeout|jt-0498|mp-msg-rfc822|twopart|uu-junk\.msg|bad-header-separator|nocrlfcrlf|noheader|dot-first|only-dots|lone-dot|one-octet|only-header|no-header|from-line-first|line-of-1-mb|100000-headers|folded-1-mb/;

/** getmail6 parses every message and writes it anew: header fields refolded, MIME mended. These it leaves alone. */
const byGetmail = /torture\/(bare-lf|dots-everywhere|dot-at-end|from-lines|no-final-crlf|many-empty-lines|size-65536)$/;

export const collectors: readonly Collector[] = [
  { title: "curl over POP3S", program: "curl", collect: curl, writes: (content) => content },
  { title: "mpop over POP3S, pipelining", program: "mpop", collect: mpop, writes: withoutCarriageReturns },
  {
    title: "fetchmail over POP3S",
    program: "fetchmail",
    collect: (job) => fetchmail(job, `service ${job.ports.pop3s}`, "ssl"),
    writes: withoutCarriageReturns,
    carries: (name) => !notByFetchmail.test(name),
  },
  {
    title: "fetchmail over STLS",
    program: "fetchmail",
    collect: (job) => fetchmail(job, `service ${job.ports.pop3}`, "sslproto 'TLS1.2+'"),
    every: 5,
    writes: withoutCarriageReturns,
    carries: (name) => !notByFetchmail.test(name),
  },
  {
    title: "getmail6 over POP3S",
    program: "getmail",
    collect: getmail,
    writes: withoutCarriageReturns,
    carries: (name) => byGetmail.test(name),
  },
];

async function curl({ ports, certificateFile, user, password, directory, count }: PullJob): Promise<readonly Buffer[]> {
  // Not by `user`: that ends at the first colon, and a target may hold one.
  const account = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  const server = `pop3s://${account}@localhost:${ports.pop3s}`;
  const login = [`cacert = "${certificateFile}"`, "silent", "show-error", "fail-early"].join("\n");
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  // One configuration file, many transfers over one connection, which ends with QUIT.
  const run = async (name: string, each: (number: number) => string): Promise<void> => {
    const file = join(directory, name);
    await writeFile(file, numbers.map((number) => `${login}\n${each(number)}`).join("\nnext\n"), { mode: 0o600 });
    await runProgram(peerPath("curl"), ["--config", file]);
  };
  await run("get", (number) => `url = "${server}/${number}"\noutput = "${directory}/${number}.eml"`);
  await run("remove", (number) => `url = "${server}/${number}"\nrequest = "DELE"\nhead\noutput = "/dev/null"`);
  return Promise.all(numbers.map((number) => readFile(join(directory, `${number}.eml`))));
}

async function mpop({ ports, certificateFile, user, password, directory }: PullJob): Promise<readonly Buffer[]> {
  const maildir = await emptyMaildir(directory);
  const file = join(directory, "mpoprc");
  const lines = [
    "account default",
    "host localhost",
    `port ${ports.pop3s}`,
    `user ${user}`,
    `password ${password}`,
    "tls on",
    "tls_starttls off",
    `tls_trust_file ${certificateFile}`,
    "pipelining on",
    "keep off",
    "received_header off",
    `uidls_file ${directory}/uidls`,
    `delivery maildir ${maildir}`,
  ];
  await writeFile(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  await runProgram(peerPath("mpop"), ["--file", file, "--quiet"]);
  return readMaildir(maildir);
}

async function fetchmail(job: PullJob, service: string, security: string): Promise<readonly Buffer[]> {
  const { certificateFile, user, password, directory } = job;
  const maildir = await emptyMaildir(directory);
  const file = join(directory, "fetchmailrc");
  const lines = [
    `poll localhost protocol pop3 ${service} uidl timeout 60`,
    `  user "${user}" password "${password}"`,
    `  ${security} sslcertck sslcertfile "${certificateFile}"`,
    "  fetchall nokeep no rewrite",
    // A shell runs it, a new one for each message; its number is the name. With -C a second one of a name fails.
    `  mda "set -C; exec cat > ${maildir}/new/$$"`,
  ];
  await writeFile(file, `set invisible\nset no bouncemail\n${lines.join("\n")}\n`, { mode: 0o600 });
  // Exit code 1: there was no mail.
  await runProgram(peerPath("fetchmail"), ["--fetchmailrc", file, "--nosyslog", "--silent"], {
    env: { FETCHMAILHOME: directory, HOME: directory },
  });
  return readMaildir(maildir);
}

/**
 * getmail6 forks for each delivery, and only then begins to listen for the child's end; a child that is quicker is waited
 * for in vain, for a minute. This runs the program with a wait that cannot miss it.
 */
const getmailWithoutRace = `
import os, runpy, sys
from getmailcore.baseclasses import ForkingBase
ForkingBase._prepare_child = lambda self: None
ForkingBase._wait_for_child = lambda self, child: os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
`;

async function getmail({ ports, certificateFile, user, password, directory }: PullJob): Promise<readonly Buffer[]> {
  const maildir = await emptyMaildir(directory);
  // It does not deliver as root.
  const uid = process.getuid?.() === 0 ? await userId("nobody") : undefined;
  await copyFile(certificateFile, join(directory, "certificate.pem"));
  const lines = [
    "[retriever]",
    "type = SimplePOP3SSLRetriever",
    "server = localhost",
    `port = ${ports.pop3s}`,
    `username = ${user}`,
    `password = ${password}`,
    `ca_certs = ${directory}/certificate.pem`,
    "[destination]",
    "type = Maildir",
    `path = ${maildir}/`,
    "[options]",
    "delete = true",
    "delivered_to = false",
    "received = false",
    "verbose = 0",
  ];
  await writeFile(join(directory, "getmailrc"), `${lines.join("\n")}\n`);
  if (uid !== undefined) await runProgram("chown", ["-R", String(uid), directory]);
  const args = ["-c", getmailWithoutRace, peerPath("getmail"), "--getmaildir", directory, "--rcfile", "getmailrc"];
  await runProgram("python3", args, {
    cwd: directory,
    env: { HOME: directory },
    ...(uid === undefined ? {} : { uid }),
  });
  return readMaildir(maildir);
}

async function emptyMaildir(directory: string): Promise<string> {
  const maildir = join(directory, "Maildir");
  for (const part of ["cur", "new", "tmp"]) await mkdir(join(maildir, part), { recursive: true });
  return maildir;
}

async function readMaildir(maildir: string): Promise<readonly Buffer[]> {
  const names = await readdir(join(maildir, "new"));
  return Promise.all(names.map((name) => readFile(join(maildir, "new", name))));
}
