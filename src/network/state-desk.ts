// SPDX-License-Identifier: Apache-2.0
import { answerOn, drainQuestions, type QuestionPort } from "../base/ask-port.ts";
import type { SignInPermit } from "../mailbox/sign-in-gate.ts";
import type { Log } from "../observe/log.ts";
import type { Permit } from "../upstream/credentials-throttle.ts";
import type { LocalState } from "./shared-state.ts";
import type { ToGateway } from "./thread-messages.ts";

export interface StateDeskParts {
  readonly state: LocalState;
  readonly log: Log;
  /** Told how long a login at an upstream took, for the other threads. */
  readonly loginTook: (ms: number) => void;
}

/** Answers one network thread from the state that all share, and puts in order what it leaves when it ends. */
export class StateDesk {
  readonly #parts: StateDeskParts;
  readonly #port: QuestionPort<ToGateway>;
  readonly #places = new Map<string, number>();
  readonly #checks = new Map<number, SignInPermit>();
  readonly #logins = new Map<number, Permit>();
  /** Connections whose session the log has seen opened. */
  readonly #sessions = new Map<string, string>();
  #over = false;

  constructor(port: QuestionPort<ToGateway>, parts: StateDeskParts) {
    this.#parts = parts;
    this.#port = port;
    answerOn(port, (question) => this.#answer(question));
  }

  /** The thread has ended: what it held is free again, and its sessions are over. */
  end(): void {
    this.#over = true;
    // What it said last, about messages that it kept.
    drainQuestions(this.#port, (question) => this.#answer(question));
    this.#port.close();
    for (const [address, count] of this.#places)
      for (let place = 0; place < count; place++) this.#parts.state.places.leave(address);
    for (const permit of this.#checks.values()) permit.end("other");
    for (const permit of this.#logins.values()) permit.end("none");
    for (const [connection, peer] of this.#sessions)
      this.#parts.log.event("session/closed", { connection, peer, cause: "its thread ended" });
  }

  #answer(question: ToGateway): unknown {
    const { state, loginTook } = this.#parts;
    switch (question.kind) {
      case "enter":
        return this.#enter(question.address);
      case "leave":
        this.#leave(question.address);
        return undefined;
      case "check-password":
        return this.#checkPassword(question);
      case "password-checked":
        this.#checks.get(question.permit)?.end(question.verdict);
        this.#checks.delete(question.permit);
        return undefined;
      case "login":
        return this.#login(question);
      case "login-ended":
        this.#logins.get(question.permit)?.end(question.verdict);
        this.#logins.delete(question.permit);
        return undefined;
      case "login-took":
        state.pace.note(question.ms);
        loginTook(question.ms);
        return undefined;
      case "refused":
        state.refused(question.thing);
        return undefined;
      case "events":
        this.#events(question);
        return undefined;
    }
  }

  #enter(address: string): unknown {
    const refusal = this.#parts.state.places.enter(address);
    if (refusal !== undefined) return refusal;
    if (this.#over) this.#parts.state.places.leave(address);
    else this.#places.set(address, (this.#places.get(address) ?? 0) + 1);
    return undefined;
  }

  #leave(address: string): void {
    const here = this.#places.get(address) ?? 0;
    if (here === 0) return;
    if (here === 1) this.#places.delete(address);
    else this.#places.set(address, here - 1);
    this.#parts.state.places.leave(address);
  }

  async #checkPassword({ permit, peerAddress }: Extract<ToGateway, { kind: "check-password" }>): Promise<string> {
    const entered = await this.#parts.state.gate.enter(peerAddress);
    if (typeof entered === "string") return entered;
    if (this.#over) entered.end("other");
    else this.#checks.set(permit, entered);
    return "permit";
  }

  #login({ permit, keys }: Extract<ToGateway, { kind: "login" }>): string {
    const admission = this.#parts.state.logins.admitKeys(keys);
    if (admission.kind === "permit") {
      if (this.#over) admission.end("none");
      else this.#logins.set(permit, admission);
    }
    return admission.kind;
  }

  #events({ events }: Extract<ToGateway, { kind: "events" }>): void {
    for (const [code, fields] of events) {
      const { connection, peer } = fields;
      if (code === "session/opened") this.#sessions.set(String(connection), String(peer));
      else if (code === "session/closed") this.#sessions.delete(String(connection));
      this.#parts.log.event(code, fields);
    }
  }
}
