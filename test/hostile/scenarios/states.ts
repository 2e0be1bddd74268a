// SPDX-License-Identifier: Apache-2.0
import { HostilePeer } from "../hostile-peer.ts";
import type { Target } from "../scenario.ts";

/** A place in a conversation where a peer can begin to misbehave. */
export interface Place {
  readonly name: string;
  readonly service: "smtp" | "submissions" | "pop3" | "pop3s" | "console";
  readonly reach: (peer: HostilePeer, target: Target) => Promise<unknown>;
  /** What drips from there, an octet at a time. */
  readonly drip: (target: Target) => string;
}

const hello = "EHLO slow.test\r\n";

async function smtpEnvelope(peer: HostilePeer, target: Target): Promise<void> {
  await peer.ask(hello);
  await peer.ask("STARTTLS\r\n");
  await peer.startTls();
  await peer.ask(hello);
  await peer.ask("MAIL FROM:<slow@sender.test>\r\n");
  await peer.ask(`RCPT TO:<${target.address}>\r\n`);
}

async function pop3Signed(peer: HostilePeer, { ownMailbox }: Target): Promise<void> {
  await peer.ask(`USER ${ownMailbox.id}\r\n`);
  await peer.ask(`PASS ${ownMailbox.password}\r\n`);
}

const nowhere = (): Promise<void> => Promise.resolve();
const endless = (text: string) => (): string => text.repeat(50);

/** Every state of the conversations in which octets can be slow to come, or never come. */
export const places: readonly Place[] = [
  ...["EHLO", "MAIL FROM:<", "RCPT TO:<", "DATA", "BDAT 1", "STARTTLS", "AUTH PLAIN ", "VRFY ", "QUIT"].map(
    (word): Place => ({
      name: `smtp: within ${word.trim()}`,
      service: "smtp",
      reach: (peer) => peer.ask(hello),
      drip: () => word + "x".repeat(200),
    }),
  ),
  { name: "smtp: before the first word", service: "smtp", reach: nowhere, drip: endless("E") },
  {
    name: "smtp: TLS handshake after STARTTLS",
    service: "smtp",
    reach: async (peer) => {
      await peer.ask(hello);
      await peer.ask("STARTTLS\r\n");
    },
    drip: () => clientHelloStart,
  },
  { name: "submissions: TLS handshake", service: "submissions", reach: nowhere, drip: () => clientHelloStart },
  {
    name: "smtp: content by DATA",
    service: "smtp",
    reach: async (peer, target) => {
      await smtpEnvelope(peer, target);
      await peer.ask("DATA\r\n");
    },
    drip: endless("slow content\r\n"),
  },
  {
    name: "smtp: content by BDAT",
    service: "smtp",
    reach: async (peer, target) => {
      await smtpEnvelope(peer, target);
      peer.send("BDAT 1000000\r\n");
    },
    drip: endless("slow content\r\n"),
  },
  {
    name: "smtp: between two BDAT",
    service: "smtp",
    reach: async (peer, target) => {
      await smtpEnvelope(peer, target);
      await peer.ask("BDAT 4\r\nab\r\n");
    },
    drip: () => `BDAT ${"0".repeat(200)}`,
  },
  {
    name: "submissions: within a SASL exchange",
    service: "submissions",
    reach: async (peer) => {
      await peer.ask(hello);
      await peer.ask("AUTH LOGIN\r\n");
    },
    drip: () => "A".repeat(500),
  },
  ...["CAPA", "STLS", "USER ", "AUTH PLAIN "].map(
    (word): Place => ({
      name: `pop3: within ${word.trim()}`,
      service: "pop3",
      reach: nowhere,
      drip: () => word + "x".repeat(200),
    }),
  ),
  {
    name: "pop3: TLS handshake after STLS",
    service: "pop3",
    reach: (peer) => peer.ask("STLS\r\n"),
    drip: () => clientHelloStart,
  },
  {
    name: "pop3s: password",
    service: "pop3s",
    reach: (peer, { ownMailbox }) => peer.ask(`USER ${ownMailbox.id}\r\n`),
    drip: () => `PASS ${"x".repeat(500)}`,
  },
  {
    name: "pop3s: within a SASL exchange",
    service: "pop3s",
    reach: (peer) => peer.ask("AUTH LOGIN\r\n"),
    drip: () => "A".repeat(500),
  },
  { name: "pop3s: signed in", service: "pop3s", reach: pop3Signed, drip: () => `RETR ${"1".repeat(500)}` },
  {
    name: "https: head of a request",
    service: "console",
    reach: nowhere,
    drip: () => `GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ${"x".repeat(500)}`,
  },
  {
    name: "https: body of a request",
    service: "console",
    reach: (peer) => {
      peer.send(
        "POST /api/v1/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n",
      );
      return Promise.resolve();
    },
    drip: () => `{"name":"${"x".repeat(500)}`,
  },
];

/** A record header that promises a long ClientHello, and its beginning. */
const clientHelloStart = `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${"\x07".repeat(400)}`;

/** Connects to a place and goes there. */
export async function reachPlace(place: Place, target: Target, from: string): Promise<HostilePeer> {
  const inTls = place.service === "pop3s" || place.service === "console" || place.drip(target) !== clientHelloStart;
  const tls = inTls && ["submissions", "pop3s", "console"].includes(place.service);
  const peer = await HostilePeer.connect({ port: target.ports[place.service], from, tls });
  if (!tls && place.service === "submissions") return peer;
  if (place.service !== "console") await peer.hears(/\r\n/);
  await place.reach(peer, target);
  return peer;
}
