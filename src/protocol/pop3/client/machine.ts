// SPDX-License-Identifier: Apache-2.0

import { mechanismsFor } from "../../sasl/client/choose.ts";
import { responseLine, SaslDialogue } from "../../sasl/client/dialogue.ts";
import { type MechanismName, type SaslContext, type SaslStep } from "../../sasl/client/mechanism.ts";
import { secretOf } from "../../sasl/credentials.ts";
import { type Capabilities, noCapabilities, readCapabilities } from "./capabilities.ts";
import { commandLine, isMultiLine, userAndPass } from "./command-line.ts";
import type {
  Pop3ClientCommand,
  Pop3ClientEffect,
  Pop3ClientEvent,
  Pop3ClientFault,
  Pop3ClientSettings,
} from "./machine-types.ts";
import { MultiLineReader } from "./multi-line-reader.ts";
import { ResponseReader, type UpstreamResponse } from "./response-reader.ts";

/** RFC 5034 §4: an initial response stands on the AUTH line when that has at most 255 octets, CRLF included. */
const maxAuthLineBytes = 255;
/** Servers announce a dozen capabilities of twenty octets. */
const maxCapabilityBytes = 16 * 1024;

type State =
  | { readonly name: "greeting" }
  | { readonly name: "capa"; readonly encrypted: boolean }
  | { readonly name: "stls" }
  | { readonly name: "handshake" }
  | { readonly name: "ready"; readonly capabilities: Capabilities }
  | { readonly name: "sasl"; readonly capabilities: Capabilities; readonly dialogue: SaslDialogue }
  | { readonly name: "user"; readonly capabilities: Capabilities; readonly pass: Buffer }
  | { readonly name: "pass"; readonly capabilities: Capabilities }
  | { readonly name: "open"; readonly capabilities: Capabilities }
  | { readonly name: "over" };

/** A multi-line part that is on its way. */
interface Body {
  readonly to: Pop3ClientCommand;
  readonly reader: MultiLineReader;
  /** The part of CAPA is for us and collected. */
  capabilities: string | undefined;
}

/**
 * The client side of a POP3 conversation (RFC 1939, RFC 2449, RFC 2595). Pure: octets and wishes in, effects out.
 * Nothing but CAPA and STLS is ever said in clear.
 */
export class Pop3ClientMachine {
  readonly #settings: Pop3ClientSettings;
  #state: State = { name: "greeting" };
  #responses = new ResponseReader();
  #effects: Pop3ClientEffect[] = [];
  #outstanding: Pop3ClientCommand[] = [];
  #waiting: Pop3ClientCommand[] = [];
  #body: Body | undefined;

  constructor(settings: Pop3ClientSettings) {
    this.#settings = settings;
  }

  /** Commands whose response is not whole yet, sent or not. */
  get pendingResponses(): number {
    return this.#outstanding.length + this.#waiting.length + (this.#body === undefined ? 0 : 1);
  }

  get isOver(): boolean {
    return this.#state.name === "over";
  }

  handle(event: Pop3ClientEvent): readonly Pop3ClientEffect[] {
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
        if (this.#state.name === "sasl") this.#takeStep(this.#state.dialogue.derived(event.key));
        else this.#fail("misuse");
        break;
      case "command":
        this.#command(event.command);
        break;
    }
    return this.#effects;
  }

  #takeBytes(bytes: Buffer): void {
    // RFC 2595 §4: nothing that was said in clear may reach the encrypted conversation.
    if (this.#state.name === "handshake") return this.#fail("response-injection");
    this.#responses.push(bytes);
    while (!this.isOver && this.#responses.heldBytes > 0) {
      if (this.#body !== undefined) this.#takeBody(this.#body, this.#responses.takeRest());
      else if (!this.#takeLine()) return undefined;
    }
    return undefined;
  }

  /** One line that is no part of a multi-line part; `false`: none is whole. */
  #takeLine(): boolean {
    const result = this.#responses.next();
    if (result.kind === "more") return false;
    if (result.kind === "response") this.#takeResponse(result.response);
    else if (result.kind === "challenge" && this.#state.name === "sasl")
      this.#takeStep(this.#state.dialogue.challenge(result.base64));
    else this.#fail("malformed-response");
    return true;
  }

  #takeBody(body: Body, octets: Buffer): void {
    const { stuffed, content, rest } = body.reader.update(octets);
    if (body.capabilities !== undefined) {
      body.capabilities += Buffer.concat(content).toString("latin1");
      if (body.capabilities.length > maxCapabilityBytes) return this.#fail("malformed-response");
    } else if (stuffed.length > 0) this.#effects.push({ type: "body", to: body.to, stuffed, content });
    if (rest === undefined) return undefined;
    this.#body = undefined;
    this.#responses.push(rest);
    if (body.capabilities !== undefined) return this.#capabilitiesKnown(readCapabilities(body.capabilities));
    this.#effects.push({ type: "body-end", to: body.to });
    return this.#sendWaiting();
  }

  #takeResponse(response: UpstreamResponse): void {
    const state = this.#state;
    switch (state.name) {
      case "greeting":
        return response.ok ? this.#capa(this.#settings.tls === "implicit") : this.#fail("greeting-refused", response);
      case "capa":
        if (response.ok) return this.#startBody({ verb: "CAPA" });
        return this.#capabilitiesKnown(noCapabilities);
      case "stls":
        return this.#stlsAnswered(response);
      case "sasl":
        return this.#saslAnswered(response, state.dialogue, state.capabilities);
      case "user":
        if (!response.ok) return this.#signInRefused(response, state.capabilities);
        this.#state = { name: "pass", capabilities: state.capabilities };
        return this.#sayAlone(state.pass);
      case "pass":
        return response.ok
          ? this.#signedIn("USER", response, state.capabilities)
          : this.#signInRefused(response, state.capabilities);
      case "open":
        return this.#commandAnswered(response);
      case "ready":
        return response.ok ? this.#fail("unexpected-response", response) : this.#close(response);
      case "handshake":
      case "over":
        return undefined;
    }
  }

  #capa(encrypted: boolean): void {
    this.#state = { name: "capa", encrypted };
    this.#sayAlone("CAPA\r\n");
  }

  #startBody(to: Pop3ClientCommand): void {
    this.#body = { to, reader: new MultiLineReader(), capabilities: to.verb === "CAPA" ? "" : undefined };
  }

  #capabilitiesKnown(capabilities: Capabilities): void {
    if (this.#state.name === "open") {
      this.#state = { name: "open", capabilities };
      this.#effects.push({ type: "capabilities", capabilities });
      return this.#sendWaiting();
    }
    if (this.#state.name !== "capa") return this.#fail("misuse");
    if (this.#state.encrypted) {
      this.#state = { name: "ready", capabilities };
      this.#effects.push({ type: "ready", capabilities });
      return undefined;
    }
    if (!capabilities.stls) return this.#fail("tls-not-offered");
    this.#state = { name: "stls" };
    return this.#sayAlone("STLS\r\n");
  }

  #stlsAnswered(response: UpstreamResponse): void {
    if (!response.ok) return this.#fail("tls-refused", response);
    if (this.#responses.heldBytes > 0) return this.#fail("response-injection");
    this.#state = { name: "handshake" };
    this.#effects.push({ type: "start-tls" });
    return undefined;
  }

  #tlsStarted(): void {
    if (this.#state.name !== "handshake") return this.#fail("misuse");
    this.#responses = new ResponseReader();
    // RFC 2595 §4: what was announced in clear is forgotten.
    return this.#capa(true);
  }

  #signIn(context: SaslContext): void {
    if (this.#state.name !== "ready") return this.#fail("misuse");
    const { capabilities } = this.#state;
    const [first, ...others] = mechanismsFor(capabilities.mechanisms, context.credentials);
    // Many servers announce USER whatever they take, and SASL only what they take (RFC 5034 §3).
    const byUser = capabilities.user && first === undefined;
    if (context.credentials.kind === "password" && byUser) return this.#signInByUser(context, capabilities);
    if (first === undefined) return this.#fail("no-mechanism", undefined, capabilities.mechanisms.join(" "));
    const dialogue = new SaslDialogue(context, first, others);
    this.#state = { name: "sasl", capabilities, dialogue };
    return this.#sayAlone(dialogue.begin(maxAuthLineBytes));
  }

  #signInByUser({ credentials }: SaslContext, capabilities: Capabilities): void {
    const lines = userAndPass(credentials.userName, secretOf(credentials).expose());
    if (lines === undefined) return this.#fail("no-mechanism", undefined, "the password cannot stand on a PASS line");
    this.#state = { name: "user", capabilities, pass: lines.pass };
    return this.#sayAlone(lines.user);
  }

  #saslAnswered(response: UpstreamResponse, dialogue: SaslDialogue, capabilities: Capabilities): void {
    if (response.ok) {
      if (!dialogue.mayEnd) return this.#fail("sign-in-broken", response, `${dialogue.mechanism}: success too early`);
      return this.#signedIn(dialogue.mechanism, response, capabilities);
    }
    if (dialogue.tryNext()) return this.#sayAlone(dialogue.begin(maxAuthLineBytes));
    return this.#signInRefused(response, capabilities);
  }

  #signedIn(mechanism: MechanismName | "USER", response: UpstreamResponse, capabilities: Capabilities): void {
    this.#state = { name: "open", capabilities };
    this.#effects.push({ type: "signed-in", mechanism, response });
  }

  #signInRefused(response: UpstreamResponse, capabilities: Capabilities): void {
    this.#state = { name: "ready", capabilities };
    this.#effects.push({ type: "sign-in-refused", response });
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

  #command(command: Pop3ClientCommand): void {
    // Before a sign-in there is nothing to say but good-bye.
    if (this.#state.name === "ready" && command.verb === "QUIT")
      this.#state = { name: "open", capabilities: this.#state.capabilities };
    if (this.#state.name !== "open") return this.#fail("misuse");
    this.#waiting.push(command);
    return this.#sendWaiting();
  }

  #commandAnswered(response: UpstreamResponse): void {
    const to = this.#outstanding.shift();
    if (to === undefined) return response.ok ? this.#fail("unexpected-response", response) : this.#close(response);
    const multiLine = response.ok && isMultiLine(to);
    if (multiLine) this.#startBody(to);
    if (to.verb === "CAPA") {
      if (!multiLine) this.#capabilitiesKnown(noCapabilities);
      return undefined;
    }
    this.#effects.push({ type: "response", to, response, multiLine });
    if (to.verb === "QUIT") this.#state = { name: "over" };
    else if (!multiLine) this.#sendWaiting();
    return undefined;
  }

  /** RFC 2449 §6.6: a server that does not announce PIPELINING gets one command at a time. */
  #sendWaiting(): void {
    for (let next = this.#takeWaiting(); next !== undefined; next = this.#takeWaiting()) {
      this.#outstanding.push(next);
      this.#effects.push({ type: "send", bytes: commandLine(next) });
    }
  }

  #takeWaiting(): Pop3ClientCommand | undefined {
    const pipelining = this.#state.name === "open" && this.#state.capabilities.pipelining;
    const busy = this.#outstanding.length > 0 || this.#body !== undefined;
    return pipelining || !busy ? this.#waiting.shift() : undefined;
  }

  /** Says something whose answer decides what comes next: an answer that is there already answers nothing. */
  #sayAlone(line: string | Buffer): void {
    if (this.#responses.heldBytes > 0) return this.#fail("unexpected-response");
    this.#effects.push({ type: "send", bytes: Buffer.from(line) });
    return undefined;
  }

  #close(response: UpstreamResponse): void {
    this.#state = { name: "over" };
    this.#effects.push({ type: "closing", response });
  }

  #fail(fault: Pop3ClientFault, response?: UpstreamResponse, detail?: string): void {
    this.#state = { name: "over" };
    const known = { ...(response === undefined ? {} : { response }), ...(detail === undefined ? {} : { detail }) };
    this.#effects.push({ type: "failed", fault, ...known });
  }
}
