// SPDX-License-Identifier: Apache-2.0

/** A place in a command's arguments. `take…` tells whether it matched and moves on when it did; nothing is split. */
export class Cursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Where the cursor stands; for `since`. */
  get position(): number {
    return this.#at;
  }

  since(position: number): string {
    return this.#text.slice(position, this.#at);
  }

  /** Takes `text` in any letter case. */
  take(text: string): boolean {
    const here = this.#text.slice(this.#at, this.#at + text.length);
    if (here.length !== text.length || here.toUpperCase() !== text.toUpperCase()) return false;
    this.#at += text.length;
    return true;
  }

  /** Takes characters as long as `accepts` says so; gives them, empty when there were none. */
  takeWhile(accepts: (character: string) => boolean): string {
    const from = this.#at;
    for (let character = this.peek(); character !== "" && accepts(character); character = this.peek())
      this.#at += character.length;
    return this.#text.slice(from, this.#at);
  }

  /** The character at the cursor as a whole code point; empty at the end. */
  peek(): string {
    const code = this.#text.codePointAt(this.#at);
    return code === undefined ? "" : String.fromCodePoint(code);
  }
}
