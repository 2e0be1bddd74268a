// SPDX-License-Identifier: Apache-2.0
/**
 * Real clients submit to real servers, once directly and once through the proxy. The servers hand everything on to a
 * recording sink: what came there both times must be the same, and what the gateway recorded must be what the client sent.
 */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, suite, test } from "node:test";
import type { TestMessage } from "../support/corpus.ts";
import { Dovecot, dovecotPassword } from "../support/dovecot.ts";
import { Exim } from "../support/exim.ts";
import { sha256 } from "../support/expected-content.ts";
import type { CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { skipWithoutPeers } from "../support/peers.ts";
import { Postfix } from "../support/postfix.ts";
import { proxyUserName, startProxiedGateway } from "../support/proxied-gateway.ts";
import { RecordingSink } from "../support/recording-sink.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import { allMessages, readExported, senderOf } from "./samples.ts";
import { type SubmitJob, type Submitter, submitters, type UpstreamName } from "./submitters.ts";

const user = "anna@sender.test";
const hidden = "hidden@sink.test";
/** In the order of the alphabet. */
const recipients = ["carla@sink.test", "first@sink.test", hidden];

/** As a mail client has them: LF files with CRLF. What still has bare CR or LF cannot be sent by DATA. */
function forData(messages: readonly TestMessage[]): readonly TestMessage[] {
  return messages.flatMap(({ name, content }) => {
    const text = content.toString("latin1");
    const lines = text.includes("\r") ? text : text.replaceAll("\n", "\r\n");
    return /\r(?!\n)|(?<!\r)\n/.test(lines) ? [] : [{ name, content: Buffer.from(lines, "latin1") }];
  });
}

function messagesFor({ every, exact }: Submitter, upstream: Upstream): readonly TestMessage[] {
  const all = exact === true ? allMessages() : forData(allMessages());
  return all.filter((_, index) => index % (every[upstream.title] ?? 1) === 0);
}

/** The field that the server itself put on top. */
function withoutOwnTrace(content: Buffer): Buffer {
  const [own = ""] = /^Received: .*\r\n(?:[ \t].*\r\n)*/.exec(content.toString("latin1")) ?? [];
  return content.subarray(own.length);
}

/** Envelope sender → digest of what arrived, once each. */
function arrived(sink: RecordingSink): ReadonlyMap<string, string> {
  for (const { to } of sink.mails) assert.deepEqual(to.toSorted(), recipients);
  const digests = new Map(sink.mails.map(({ from, content }) => [from, sha256(withoutOwnTrace(content))]));
  assert.equal(digests.size, sink.mails.length);
  return digests;
}

interface Upstream {
  readonly title: UpstreamName;
  /** With TLS from the start, and with STARTTLS; the same one when there is no other. */
  readonly ports: () => SubmitJob["ports"];
  readonly drained: () => Promise<void>;
  /** Whether it hands on by octets what came by DATA, its own trace aside; the others keep lines, and mend some. */
  readonly isExact: boolean;
}

suite("submitting through the proxy", {
  skip: skipWithoutPeers(["dovecot", "postfix", "exim4"], { root: true }),
}, () => {
  let sink: RecordingSink;
  let dovecot: Dovecot;
  let postfix: Postfix;
  let exim: Exim;
  let gateway: GatewayProcess;
  let directory: string;
  before(async () => {
    sink = await RecordingSink.start();
    dovecot = await Dovecot.start({
      mechanisms: ["PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5"],
      submissionRelay: sink.port,
    });
    const { certificateFile, keyFile, authSocket } = dovecot;
    postfix = await Postfix.start({
      submission: { certificateFile, keyFile, authSocket },
      routes: [{ domain: "sink.test", port: sink.port, tls: false }],
    });
    exim = await Exim.create({
      submission: { certificateFile, keyFile, password: dovecotPassword },
      routes: [{ domain: "sink.test", port: sink.port, tls: false }],
      caFile: certificateFile,
    });
    const ports = [exim, postfix].flatMap(({ submissionPorts }) => Object.values(submissionPorts));
    ports.push(dovecot.ports.submission);
    gateway = await startProxiedGateway({ ports, caFile: certificateFile });
  });
  after(async () => {
    await gateway.remove();
    await exim.remove();
    await postfix.stop();
    await dovecot.stop();
    await sink.stop();
  });
  beforeEach(async () => {
    directory = await temporaryDirectory("submit");
    sink.mails.length = 0;
  });
  afterEach(async () => removeDirectory(directory));

  const upstreams: readonly Upstream[] = [
    {
      title: "Postfix",
      ports: () => postfix.submissionPorts,
      drained: () => postfix.drained(),
      isExact: false,
    },
    {
      title: "Dovecot",
      ports: () => ({ submission: dovecot.ports.submission, submissions: dovecot.ports.submission }),
      drained: async () => undefined,
      isExact: true,
    },
    {
      title: "Exim",
      ports: () => exim.submissionPorts,
      drained: () => exim.deliver(),
      isExact: false,
    },
  ];

  async function submitDirectly(submitter: Submitter, upstream: Upstream): Promise<ReadonlyMap<string, string>> {
    const path = join(directory, "direct");
    await mkdir(path);
    await submitter.submit({
      ports: upstream.ports(),
      certificateFile: dovecot.certificateFile,
      certificate: await dovecot.certificate(),
      user,
      password: dovecotPassword,
      directory: path,
      messages: messagesFor(submitter, upstream),
      recipients,
    });
    await upstream.drained();
    const direct = arrived(sink);
    sink.mails.length = 0;
    return direct;
  }

  async function submitThrough(submitter: Submitter, upstream: Upstream, mailbox: CreatedMailbox): Promise<void> {
    const path = join(directory, "proxied");
    const { submission, submissions } = upstream.ports();
    const port = submitter.title.includes("STARTTLS") ? submission : submissions;
    await mkdir(path);
    await submitter.submit({
      ports: gateway.ports,
      certificateFile: gateway.certificateFile,
      certificate: await gateway.certificate(),
      user: proxyUserName(user, port, mailbox),
      password: dovecotPassword,
      directory: path,
      messages: messagesFor(submitter, upstream),
      recipients,
    });
    await upstream.drained();
  }

  for (const upstream of upstreams) {
    for (const submitter of submitters) {
      const { title, program, sends } = submitter;
      if (submitter.every[upstream.title] === undefined) continue;
      const skip = program === undefined ? false : skipWithoutPeers([program]);
      test(`${title}, to ${upstream.title}`, { skip }, async () => {
        const direct = await submitDirectly(submitter, upstream);
        const mailbox = await gateway.createMailbox(title);
        await submitThrough(submitter, upstream, mailbox);
        const through = arrived(sink);
        assert.deepEqual(through, direct, "the upstream's copy");
        const path = join(directory, "eml");
        await gateway.exportMailbox(mailbox, path);
        const recorded = await readExported(path);
        const messages = messagesFor(submitter, upstream);
        const wrong = messages.filter(({ content }, index) => {
          const copy = recorded.get(senderOf(index));
          const digest = sha256(sends(content));
          if (copy === undefined || sha256(copy) !== digest) return true;
          // Bare CR and LF, which only BDAT carries, are mended by the upstreams; they do so directly, too.
          return upstream.isExact && submitter.exact !== true && through.get(senderOf(index)) !== digest;
        });
        assert.deepEqual(
          wrong.map(({ name }) => name),
          [],
          "the recorded copy and the upstream's",
        );
        assert.equal(recorded.size, messages.length);
        for (const name of (await readdir(path)).filter((each) => each.endsWith(".json")))
          assert.ok((await readFile(join(path, name), "utf8")).includes(hidden), "the hidden recipient is recorded");
      });
    }
  }
});
