// SPDX-License-Identifier: Apache-2.0
import type { ConnectionEnd } from "../base/connection.ts";

/** Octets of a connection, or why there are none. */
export type Octets = Buffer | ConnectionEnd;

export type Arrival =
  | { readonly from: "client"; readonly octets: Octets }
  | { readonly from: "upstream"; readonly octets: Octets };

/**
 * The two connections of a proxy session, heard by one loop: what is read from one is dealt with to the end before
 * anything else is. Each side is read only when it was asked for, so that not asking is back-pressure (I9).
 */
export class TwoLegs {
  readonly #client: Ear;
  readonly #upstream: Ear;
  #wake: (() => void) | undefined;

  constructor(readClient: () => Promise<Octets>, readUpstream: () => Promise<Octets>) {
    const wake = (): void => this.#wake?.();
    this.#client = new Ear(readClient, wake);
    this.#upstream = new Ear(readUpstream, wake);
  }

  /** The next that arrives; of both the upstream first, for clients wait for answers. */
  async next(sides: "both" | "upstream"): Promise<Arrival> {
    for (;;) {
      const said = this.#upstream.take();
      if (said !== undefined) return { from: "upstream", octets: said };
      const asked = sides === "both" ? this.#client.take() : undefined;
      if (asked !== undefined) return { from: "client", octets: asked };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#upstream.listen();
        if (sides === "both") this.#client.listen();
      });
    }
  }
}

/** One read at a time, whose result stays until it is taken. */
class Ear {
  readonly #read: () => Promise<Octets>;
  readonly #heard: () => void;
  #listening = false;
  #octets: Octets | undefined;

  constructor(read: () => Promise<Octets>, heard: () => void) {
    this.#read = read;
    this.#heard = heard;
  }

  listen(): void {
    if (this.#listening || this.#octets !== undefined) return;
    this.#listening = true;
    this.#read().then(
      (octets) => this.#hear(octets),
      () => this.#hear("lost"),
    );
  }

  take(): Octets | undefined {
    const octets = this.#octets;
    this.#octets = undefined;
    return octets;
  }

  #hear(octets: Octets): void {
    this.#listening = false;
    this.#octets = octets;
    this.#heard();
  }
}
