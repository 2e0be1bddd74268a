// SPDX-License-Identifier: Apache-2.0
import { mechanismsFor } from "../../sasl/client/choose.ts";
import { responseLine, SaslDialogue } from "../../sasl/client/dialogue.ts";
import type { SaslContext, SaslStep } from "../../sasl/client/mechanism.ts";
import type { Reply } from "../reply.ts";
import { commandLine } from "./command-line.ts";
import { ContentWriter } from "./content-writer.ts";
import { type Extensions, readExtensions } from "./extensions.ts";
import type {
  Answered,
  SmtpClientCommand,
  SmtpClientEffect,
  SmtpClientEvent,
  SmtpClientFault,
  SmtpClientSettings,
} from "./machine-types.ts";
import { ReplyReader } from "./reply-reader.ts";

/** RFC 5321 §4.5.3.1.4: an AUTH command is a command line; longer initial responses follow it (RFC 4954 §4). */
const maxAuthLineBytes = 512;

/** In the states up to `signing-in` one command is out at a time; in `open` there is a queue. */
type State =
  | { readonly name: "greeting" }
  | { readonly name: "ehlo"; readonly encrypted: boolean }
  | { readonly name: "starttls" }
  | { readonly name: "handshake" }
  | { readonly name: "ready"; readonly extensions: Extensions }
  | { readonly name: "signing-in"; readonly extensions: Extensions; readonly dialogue: SaslDialogue }
  | { readonly name: "open"; readonly extensions: Extensions }
  | { readonly name: "over" };

/** A command that waits or is out. */
interface Exchange {
  readonly answered: Answered;
  readonly octets: readonly Buffer[];
}

/**
 * The client side of an SMTP submission (RFC 5321, RFC 6409). Pure: octets and wishes in, effects out. Nothing but EHLO
 * and STARTTLS is ever said in clear, and there is no HELO: without extensions there is no sign-in.
 */
export class SmtpClientMachine {
  readonly #settings: SmtpClientSettings;
  #state: State = { name: "greeting" };
  #replies = new ReplyReader();
  #effects: SmtpClientEffect[] = [];
  #outstanding: Answered[] = [];
  #waiting: Exchange[] = [];
  /** Set from the 354 until the end of data was released. */
  #content: ContentWriter | undefined;

  constructor(settings: SmtpClientSettings) {
    this.#settings = settings;
  }

  /** Commands that have no reply yet, sent or not. */
  get pendingReplies(): number {
    return this.#outstanding.length + this.#waiting.length;
  }

  get isOver(): boolean {
    return this.#state.name === "over";
  }

  handle(event: SmtpClientEvent): readonly SmtpClientEffect[] {
    this.#effects = [];
    if (this.#state.name === "over") return this.#effects;
    switch (event.type) {
      case "bytes":
        this.#takeBytes(event.bytes);
        break;
      case "tls-started":
        this.#tlsStarted();
        break;
      case "sign-in":
        this.#signIn(event.context);
        break;
      case "derived":
        if (this.#state.name === "signing-in") this.#takeStep(this.#state.dialogue.derived(event.key));
        else this.#fail("misuse");
        break;
      case "unsigned":
        if (this.#state.name === "ready") this.#state = { name: "open", extensions: this.#state.extensions };
        else this.#fail("misuse");
        break;
      case "command":
        this.#command(event.command);
        break;
      case "chunk":
        this.#chunk(event.bytes, event.last);
        break;
      case "content":
        this.#writeContent(event.bytes);
        break;
      case "end-of-data":
        this.#endOfData();
        break;
    }
    return this.#effects;
  }

  #takeBytes(bytes: Buffer): void {
    // RFC 3207 §4.2: nothing that was said in clear may reach the encrypted conversation.
    if (this.#state.name === "handshake") return this.#fail("response-injection");
    this.#replies.push(bytes);
    while (this.#state.name !== "over") {
      const result = this.#replies.next();
      if (result.kind === "more") return;
      if (result.kind === "malformed") return this.#fail("malformed-response");
      this.#takeReply(result.reply);
    }
  }

  #takeReply(reply: Reply): void {
    const state = this.#state;
    switch (state.name) {
      case "greeting":
        // RFC 5321 §3.1: anything but 220 means that there is no service.
        return reply.code === 220
          ? this.#ehlo(this.#settings.tls === "implicit")
          : this.#fail("greeting-refused", reply);
      case "ehlo":
        return reply.code === 250 ? this.#extended(reply, state.encrypted) : this.#fail("extensions-refused", reply);
      case "starttls":
        return this.#startTlsAnswered(reply);
      case "signing-in":
        return this.#signInReply(reply, state.dialogue, state.extensions);
      case "open":
        return this.#commandReply(reply);
      case "ready":
        return reply.code === 421 ? this.#close(reply) : this.#fail("unexpected-response", reply);
      case "handshake":
      case "over":
        return undefined;
    }
  }

  #ehlo(encrypted: boolean): void {
    this.#state = { name: "ehlo", encrypted };
    this.#sayAlone(`EHLO ${this.#settings.hostName}\r\n`);
  }

  #extended(reply: Reply, encrypted: boolean): void {
    const extensions = readExtensions(reply);
    if (encrypted) {
      this.#state = { name: "ready", extensions };
      this.#effects.push({ type: "ready", extensions });
    } else if (extensions.startTls) {
      this.#state = { name: "starttls" };
      this.#sayAlone("STARTTLS\r\n");
    } else this.#fail("tls-not-offered");
  }

  #startTlsAnswered(reply: Reply): void {
    if (reply.code !== 220) return this.#fail("tls-refused", reply);
    if (this.#replies.heldBytes > 0) return this.#fail("response-injection");
    this.#state = { name: "handshake" };
    this.#effects.push({ type: "start-tls" });
  }

  #tlsStarted(): void {
    if (this.#state.name !== "handshake") return this.#fail("misuse");
    this.#replies = new ReplyReader();
    // RFC 3207 §4.2: what was announced in clear is forgotten.
    this.#ehlo(true);
  }

  #signIn(context: SaslContext): void {
    if (this.#state.name !== "ready") return this.#fail("misuse");
    const { extensions } = this.#state;
    const [first, ...others] = mechanismsFor(extensions.mechanisms, context.credentials);
    if (first === undefined) return this.#fail("no-mechanism", undefined, extensions.mechanisms.join(" "));
    const dialogue = new SaslDialogue(context, first, others);
    this.#state = { name: "signing-in", extensions, dialogue };
    this.#sayAlone(dialogue.begin(maxAuthLineBytes));
  }

  #signInReply(reply: Reply, dialogue: SaslDialogue, extensions: Extensions): void {
    if (reply.code === 334) return this.#takeStep(dialogue.challenge(reply.lines[0] ?? ""));
    if (reply.code === 421) return this.#close(reply);
    if (reply.code === 235) {
      if (!dialogue.mayEnd) return this.#fail("sign-in-broken", reply, `${dialogue.mechanism}: success too early`);
      this.#state = { name: "open", extensions };
      this.#effects.push({ type: "signed-in", mechanism: dialogue.mechanism, reply });
      return undefined;
    }
    if (reply.code < 400) return this.#fail("unexpected-response", reply);
    if (dialogue.tryNext()) return this.#sayAlone(dialogue.begin(maxAuthLineBytes));
    this.#state = { name: "ready", extensions };
    this.#effects.push({ type: "sign-in-refused", reply });
    return undefined;
  }

  #takeStep(step: SaslStep): void {
    switch (step.kind) {
      case "respond":
        return this.#sayAlone(responseLine(step.response));
      case "derive":
        this.#effects.push({ type: "derive", derivation: step.derivation });
        return undefined;
      case "cancel":
        return this.#fail("sign-in-broken", undefined, step.reason);
    }
  }

  #command(command: SmtpClientCommand): void {
    const line = commandLine(command);
    // Before a sign-in there is nothing to say but good-bye.
    const inOrder = this.#state.name === "open" || (this.#state.name === "ready" && command.verb === "QUIT");
    if (line === undefined || !inOrder || this.#content !== undefined) return this.#fail("misuse");
    if (this.#state.name === "ready") this.#state = { name: "open", extensions: this.#state.extensions };
    this.#waiting.push({ answered: command, octets: [line] });
    return this.#sendWaiting();
  }

  #chunk(bytes: Buffer, last: boolean): void {
    if (this.#state.name !== "open" || !this.#state.extensions.chunking || this.#content !== undefined)
      return this.#fail("misuse");
    const line = Buffer.from(`BDAT ${bytes.length}${last ? " LAST" : ""}\r\n`);
    const answered = { verb: "BDAT", sizeBytes: bytes.length, last } as const;
    this.#waiting.push({ answered, octets: bytes.length === 0 ? [line] : [line, bytes] });
    return this.#sendWaiting();
  }

  #writeContent(bytes: Buffer): void {
    if (this.#content === undefined) return this.#fail("misuse");
    const octets = this.#content.write(bytes);
    if (octets === undefined) return this.#refuseContent("bare-line-end");
    this.#send(octets);
    return undefined;
  }

  #endOfData(): void {
    if (this.#content === undefined) return this.#fail("misuse");
    const end = this.#content.finish();
    if (end === undefined) return this.#refuseContent("unfinished-line");
    this.#content = undefined;
    this.#outstanding.push({ verb: "end-of-data" });
    this.#send([end]);
    return undefined;
  }

  /** There is no way back out of DATA: the octets that went out are not a message as long as no end follows. */
  #refuseContent(cause: "bare-line-end" | "unfinished-line"): void {
    this.#state = { name: "over" };
    this.#effects.push({ type: "content-refused", cause });
  }

  #commandReply(reply: Reply): void {
    const to = this.#outstanding.shift();
    if (to === undefined) return reply.code === 421 ? this.#close(reply) : this.#fail("unexpected-response", reply);
    // RFC 5321 §4.2.1: 354 says "go on", to DATA and to nothing else.
    if (reply.code < 400 && (reply.code === 354) !== (to.verb === "DATA"))
      return this.#fail("unexpected-response", reply);
    this.#effects.push({ type: "reply", to, reply });
    if (reply.code === 421) return this.#close(reply);
    if (reply.code === 354) this.#content = new ContentWriter();
    if (to.verb === "QUIT") this.#state = { name: "over" };
    else this.#sendWaiting();
    return undefined;
  }

  /** RFC 2920 §3.1: a group of commands leaves together, and only to a server that offered it. */
  #sendWaiting(): void {
    const { extensions } = this.#state.name === "open" ? this.#state : { extensions: undefined };
    while (this.#content === undefined && this.#mayFollow(extensions?.pipelining === true)) {
      const exchange = this.#waiting.shift();
      if (exchange === undefined) return;
      this.#outstanding.push(exchange.answered);
      this.#send(exchange.octets);
    }
  }

  /** DATA and QUIT end a group: what comes next depends on their reply. */
  #mayFollow(pipelining: boolean): boolean {
    const last = this.#outstanding.at(-1)?.verb;
    return last === undefined || (pipelining && last !== "DATA" && last !== "QUIT" && last !== "end-of-data");
  }

  /** Says something whose answer decides what comes next: an answer that is there already answers nothing. */
  #sayAlone(line: string): void {
    if (this.#replies.heldBytes > 0) return this.#fail("unexpected-response");
    this.#effects.push({ type: "send", bytes: Buffer.from(line, "utf8") });
    return undefined;
  }

  #send(octets: readonly Buffer[]): void {
    for (const bytes of octets) this.#effects.push({ type: "send", bytes });
  }

  #close(reply: Reply): void {
    this.#state = { name: "over" };
    this.#effects.push({ type: "closing", reply });
  }

  #fail(fault: SmtpClientFault, reply?: Reply, detail?: string): void {
    this.#state = { name: "over" };
    const known = { ...(reply === undefined ? {} : { reply }), ...(detail === undefined ? {} : { detail }) };
    this.#effects.push({ type: "failed", fault, ...known });
  }
}
