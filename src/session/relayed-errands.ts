// SPDX-License-Identifier: Apache-2.0
import type { Pop3ClientCommand } from "../protocol/pop3/client/machine-types.ts";
import type { UpstreamResponse } from "../protocol/pop3/client/response-reader.ts";
import { pop3Refusals } from "../protocol/pop3/refusal.ts";
import { relayedCapabilities, relayedLine } from "../protocol/pop3/relay.ts";
import { negative } from "../protocol/pop3/response.ts";
import type { ClientOutput } from "./client-output.ts";
import type { Errand } from "./pop3-errands.ts";
import type { UniqueIds } from "./upstream-messages.ts";

/** `.` CRLF (RFC 1939 §3). */
const endOfBody = Buffer.from(".\r\n");

/** An upstream's answers on their way to the client. */
export class RelayedAnswers {
  readonly #output: ClientOutput;
  #isWithin = false;

  constructor(output: ClientOutput) {
    this.#output = output;
  }

  /** The client has the beginning of an answer and not its end. */
  get isWithin(): boolean {
    return this.#isWithin;
  }

  /** The first line; `body` and `end` follow a positive one to `command` when that is multi-line. */
  begin(response: UpstreamResponse, multiLine: boolean): void {
    this.#isWithin = multiLine;
    this.#output.add(relayedLine(response));
  }

  /** A promise: wait, for the client does not read (I9). */
  body(stuffed: Buffer): Promise<void> | undefined {
    this.#output.add(stuffed);
    return this.#output.settle();
  }

  /** As `body`; the memory goes back when the octets are sent. */
  bodyOwn(stuffed: Buffer): Promise<void> | undefined {
    this.#output.addOwn(stuffed);
    return this.#output.settle();
  }

  end(): void {
    this.#isWithin = false;
    this.#output.add(endOfBody);
  }

  /** The end goes out when the record is durable (I3). */
  endWhen(durable: Promise<boolean>): void {
    this.#isWithin = false;
    this.#output.withhold(durable, endOfBody);
  }

  /** An answer of ours in place of the upstream's. */
  instead(text: string): void {
    this.#output.say(text);
  }
}

/** A command and its response, passed as they are. `accepted` is called when the response is positive. */
export function passed(answers: RelayedAnswers, command: Pop3ClientCommand, accepted?: () => void): Errand {
  return {
    command,
    response: (response, multiLine) => {
      if (response.ok) accepted?.();
      answers.begin(response, multiLine);
    },
    body: (stuffed) => answers.body(stuffed),
    end: () => answers.end(),
  };
}

export function passedCapabilities(answers: RelayedAnswers): Errand {
  return {
    command: { verb: "CAPA" },
    response: () => undefined,
    capabilities: (capabilities) => {
      const unknown = negative(pop3Refusals.unknownCommand.text);
      answers.instead(capabilities.announced ? relayedCapabilities(capabilities) : unknown);
    },
  };
}

/** The unique-id listing, read on its way. */
export function passedListing(answers: RelayedAnswers, uniqueIds: UniqueIds): Errand {
  const errand = passed(answers, { verb: "UIDL" }, () => uniqueIds.startListing());
  return {
    ...errand,
    body: (stuffed, content) => {
      for (const piece of content) uniqueIds.learnListing(piece);
      return answers.body(stuffed);
    },
  };
}

/** UIDL with a number. With `answers` it is the client's question, without it is ours. */
export function askedUniqueId(message: number, uniqueIds: UniqueIds, answers?: RelayedAnswers): Errand {
  return {
    command: { verb: "UIDL", message },
    response: (response) => {
      if (response.ok) uniqueIds.learn(response.text);
      answers?.begin(response, false);
    },
  };
}
