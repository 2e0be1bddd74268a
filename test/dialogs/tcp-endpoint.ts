// SPDX-License-Identifier: Apache-2.0
import { setTimeout } from "node:timers/promises";
import { systemClock } from "../../src/base/clock.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Configuration } from "../../src/config/schema.ts";
import { createGateway, type Gateway } from "../../src/gateway.ts";
import type { MailboxWithPassword } from "../../src/mailbox/registry.ts";
import { PullSignIn } from "../../src/mailbox/sign-in.ts";
import { LocalSignInGate } from "../../src/mailbox/sign-in-gate.ts";
import { silentLog } from "../../src/observe/log.ts";
import { unsealWhole } from "../../src/seal/unseal.ts";
import { LinePeer } from "../support/line-peer.ts";
import type { DialogEndpoint, DialogPeer, DialogSettings } from "./dialog.ts";
import { pop3Names } from "./pop3-machine-endpoint.ts";

const tls = { rejectUnauthorized: false };
const workFactor = 10;

/** How long a server that ought to close may take before it counts as not closing; it takes no time when all is well. */
const closeDeadlineMs = 10_000;

/** A gateway with the limits of a dialog, on ports 0 of loopback, with all that it keeps below `directory`. */
export async function startDialogGateway(directory: string, settings: DialogSettings): Promise<Gateway> {
  const configuration = loadConfig({ text: configurationText(directory), environment: {} });
  // Set behind the checker: the limits of dialogs are smaller than any that makes sense.
  const limits: Configuration["limits"] = {
    ...configuration.limits,
    maxMessageBytes: settings.maxMessageBytes,
    recipientsPerTransaction: settings.maxRecipients,
    errorsPerSession: settings.maxErrors,
    commandsPerSession: settings.maxCommands,
  };
  const gateway = await createGateway({ ...configuration, limits }, { log: silentLog });
  await gateway.start();
  return gateway;
}

function configurationText(directory: string): string {
  return `
[gateway]
data_directory = ${JSON.stringify(directory)}
host_name = "gateway.example"
domains = ["archive.example"]
[listen]
smtp = ["127.0.0.1:0"]
submission = []
submissions = ["127.0.0.1:0"]
pop3 = ["127.0.0.1:0"]
pop3s = ["127.0.0.1:0"]
console = []
[limits]
disk_reserve = "1 MiB"
password_failures_per_address = 1000
[proxy]
enabled = false
[seal]
scrypt_work_factor = ${workFactor}
`;
}

interface DialogMailboxes {
  readonly names: Readonly<Record<string, string>>;
  readonly box: MailboxWithPassword;
  readonly other: MailboxWithPassword;
}

/** The real gateway over TCP, with mailboxes of its own for one dialog. */
export async function tcpEndpoint(gateway: Gateway, service: "smtp" | "pop3"): Promise<DialogEndpoint> {
  const mailboxes = await makeMailboxes(gateway);
  return {
    names: mailboxes.names,
    connect: async ({ encrypted }) => {
      const port = gateway.port(encrypted ? (service === "smtp" ? "submissions" : "pop3s") : service);
      const peer = await LinePeer.connect({ port, ...(encrypted ? { tls } : {}) });
      // While a puller has the maildrop nobody else may look into it; and pulling keeps nothing.
      return new TcpPeer(peer, service === "smtp" ? () => keptContents(gateway, mailboxes) : async () => []);
    },
  };
}

async function makeMailboxes(gateway: Gateway): Promise<DialogMailboxes> {
  // Generated passwords: those that a person chose cost a second each.
  const make = (): Promise<MailboxWithPassword> => gateway.mailboxes.create({ name: "dialog", requireTls: false });
  const [box, other, suspended] = [await make(), await make(), await make()];
  await gateway.mailboxes.suspend(suspended.mailbox.id);
  const names = {
    box: `${box.mailbox.id}@archive.example`,
    "other-box": `${other.mailbox.id}@archive.example`,
    suspended: `${suspended.mailbox.id}@archive.example`,
    unknown: "nobody@archive.example",
    elsewhere: `${box.mailbox.id}@elsewhere.example`,
    ...pop3Names(box.mailbox.id, box.password.expose().toString()),
  };
  return { names, box, other };
}

class TcpPeer implements DialogPeer {
  readonly kept: () => Promise<readonly Buffer[]>;
  readonly #peer: LinePeer;

  constructor(peer: LinePeer, kept: TcpPeer["kept"]) {
    this.#peer = peer;
    this.kept = kept;
  }

  send(octets: Buffer): Promise<void> {
    return this.#peer.send(octets);
  }

  async receive(count: number): Promise<readonly string[]> {
    const lines: string[] = [];
    while (lines.length < count) {
      const line = await this.#peer.line().catch(() => undefined);
      if (line === undefined) break;
      // The session names what was kept; the bare machine does not know it.
      lines.push(line.replace(/^(250 2\.0\.0 Kept) .*$/, "$1"));
    }
    return lines;
  }

  startTls(): Promise<void> {
    return this.#peer.startTls(tls);
  }

  async closed(): Promise<boolean> {
    const late = new AbortController();
    const closed = this.#peer.rest().then((rest) => rest.length === 0);
    const deadline = setTimeout(closeDeadlineMs, false, { signal: late.signal }).catch(() => false);
    try {
      return await Promise.race([closed, deadline]);
    } finally {
      late.abort();
    }
  }

  async removed(): Promise<readonly number[]> {
    return [];
  }

  async end(): Promise<void> {
    this.#peer.destroy();
  }
}

async function keptContents(gateway: Gateway, { box, other }: DialogMailboxes): Promise<readonly Buffer[]> {
  const contents = await contentsOf(gateway, box);
  // What went to both mailboxes is one message of the dialog.
  for (const content of await contentsOf(gateway, other))
    if (!contents.some((each) => each.equals(content))) contents.push(content);
  return contents;
}

async function contentsOf({ store }: Gateway, { mailbox, password }: MailboxWithPassword): Promise<Buffer[]> {
  const signIn = new PullSignIn({
    table: store.mailboxes,
    workFactor,
    decoyKey: Buffer.alloc(32),
    gate: new LocalSignInGate(systemClock),
  });
  const opened = await signIn.signIn(mailbox.id, password, "127.0.0.1");
  if (opened.outcome !== "ok") throw new Error(`cannot open the mailbox: ${opened.outcome}`);
  const maildrop = await store.maildrop(mailbox.id, "dialog");
  try {
    const contents: Buffer[] = [];
    for (let index = 0; index < maildrop.count; index++) {
      const source = await maildrop.open(index);
      const sealed = await source.read(0, source.message.sealedBytes);
      contents.push(unsealWhole(opened.identity, sealed).subarray(source.message.traceBytes));
      source.close();
    }
    return contents;
  } finally {
    maildrop.release();
  }
}
