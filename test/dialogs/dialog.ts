// SPDX-License-Identifier: Apache-2.0
/**
 * Dialogs: a conversation as plain text, played against the bare machine or over TCP.
 *
 *     # a comment
 *     @ encrypted                  a setting of the listener, see `DialogSettings`
 *     @ max-message-bytes 100
 *     @ whole                      never cut: what matters is that octets come in one piece
 *     C: EHLO client.example       the client sends this line and CRLF
 *     C| .\r\nQUIT\r\n             the client sends these octets, no CRLF added
 *     S: 250-gateway.example       the server answers exactly this line
 *     S: 250 2.0.0 …               … a line that begins so
 *     T:                           the client makes the TLS handshake
 *     K: Subject: x\r\n            this content was kept, exactly; one K a message, in their order
 *     M: Subject: x\r\n            POP3: the maildrop holds this message; one M a message, in their order
 *     R: 1 3                       POP3: these messages were removed by now, and no others
 *     X:                           the server closed the connection
 *
 * `\r \n \t \0 \\ \xHH` are escapes in `C|`, `K:` and `M:`; `\*300x` is 300 times x. `{box}` and its like are names
 * that mean something to the endpoint. Lines of the client that follow each other are sent together, as one pipelined group; the lines of
 * the server behind them are all that it may answer. A dialog is UTF-8.
 */
import assert from "node:assert/strict";

export interface DialogSettings {
  /** TLS from the first octet. */
  encrypted: boolean;
  maxMessageBytes: number;
  maxRecipients: number;
  maxErrors: number;
  maxCommands: number;
  /** SASL mechanisms offered; the one who may sign in is `tim` with the password or token `tanstaaftanstaaf`. */
  mechanisms: string[];
  /** `full`: no content is taken; `failing`: content is taken but cannot be kept; nothing is read or removed. */
  store: "working" | "full" | "failing";
  /** POP3: what the maildrop holds, as RETR sends it before dot-stuffing. */
  messages: Buffer[];
  /** POP3: message-numbers whose removal does not stick. */
  unremovable: number[];
  /** POP3: message-numbers of messages that cannot be opened. */
  damaged: number[];
  /** POP3: another session has the maildrop. */
  inUse: boolean;
  /** POP3: user names of upstreams are taken too. */
  alsoProxies: boolean;
  /** Played in one piece only. */
  whole: boolean;
}

/** What stands for `{name}` in a dialog. SMTP has `box`, `other-box`, `suspended`, `unknown`, `elsewhere`. */
export type DialogNames = Readonly<Record<string, string>>;

export interface DialogEndpoint {
  readonly names: DialogNames;
  connect(settings: DialogSettings): Promise<DialogPeer>;
}

/** One connection, as the client of a dialog sees it. */
export interface DialogPeer {
  send(octets: Buffer): Promise<void>;
  /** The lines that came since the last call, without CRLF: waits for `count` of them or for the end. */
  receive(count: number): Promise<readonly string[]>;
  startTls(): Promise<void>;
  /** Waits a moment when over TCP. */
  closed(): Promise<boolean>;
  /** The contents of the messages kept so far. */
  kept(): Promise<readonly Buffer[]>;
  /** The numbers of the messages removed so far. */
  removed(): Promise<readonly number[]>;
  end(): Promise<void>;
}

export interface Dialog {
  readonly name: string;
  readonly settings: DialogSettings;
  readonly steps: readonly DialogStep[];
}

export type DialogStep =
  | { readonly kind: "turn"; readonly octets: Buffer; readonly replies: readonly string[] }
  | { readonly kind: "tls" }
  | { readonly kind: "kept"; readonly content: Buffer }
  | { readonly kind: "removed"; readonly numbers: readonly number[] }
  | { readonly kind: "closed" };

export function parseDialog(name: string, text: string, names: DialogNames): Dialog {
  const settings: DialogSettings = {
    encrypted: false,
    maxMessageBytes: 10_000,
    maxRecipients: 100,
    maxErrors: 20,
    maxCommands: 1000,
    mechanisms: [],
    store: "working",
    messages: [],
    unremovable: [],
    damaged: [],
    inUse: false,
    alsoProxies: false,
    whole: false,
  };
  const steps: DialogStep[] = [];
  let turn: { kind: "turn"; octets: Buffer; replies: string[] } | undefined;
  text.split("\n").forEach((line, at) => {
    const filled = line.replace(/\{([a-z0-9-]+)\}/g, (_, key: string) => nameOf(names, key, `${name}:${at + 1}`));
    const rest = filled.slice(3);
    switch (filled.slice(0, 2)) {
      case "C:":
      case "C|": {
        if (turn === undefined || turn.replies.length > 0) steps.push((turn = newTurn()));
        const octets = filled[1] === ":" ? Buffer.from(`${rest}\r\n`, "utf8") : unescapeOctets(rest);
        turn.octets = Buffer.concat([turn.octets, octets]);
        break;
      }
      case "S:":
        if (turn === undefined) steps.push((turn = newTurn()));
        turn.replies.push(rest);
        break;
      case "T:":
        steps.push({ kind: "tls" });
        turn = undefined;
        break;
      case "K:":
        steps.push({ kind: "kept", content: unescapeOctets(rest) });
        turn = undefined;
        break;
      case "M:":
        settings.messages.push(unescapeOctets(rest));
        break;
      case "R:":
        steps.push({ kind: "removed", numbers: numbersIn(rest.split(" ")) });
        turn = undefined;
        break;
      case "X:":
        steps.push({ kind: "closed" });
        turn = undefined;
        break;
      case "@ ":
        applySetting(settings, line.slice(2), `${name}:${at + 1}`);
        break;
      default:
        if (line !== "" && !line.startsWith("#")) throw new Error(`${name}:${at + 1}: not a line of a dialog: ${line}`);
    }
  });
  return { name, settings, steps };
}

function newTurn(): { kind: "turn"; octets: Buffer; replies: string[] } {
  return { kind: "turn", octets: Buffer.alloc(0), replies: [] };
}

function nameOf(names: DialogNames, key: string, where: string): string {
  const found = names[key];
  if (found === undefined) throw new Error(`${where}: no name {${key}}`);
  return found;
}

function numbersIn(words: readonly string[]): number[] {
  return words.filter((word) => word !== "").map(Number);
}

function applySetting(settings: DialogSettings, text: string, where: string): void {
  const [key, ...values] = text.split(" ");
  const number = Number(values[0]);
  if (key === "encrypted") settings.encrypted = true;
  else if (key === "whole") settings.whole = true;
  else if (key === "in-use") settings.inUse = true;
  else if (key === "also-proxies") settings.alsoProxies = true;
  else if (key === "unremovable") settings.unremovable = numbersIn(values);
  else if (key === "damaged") settings.damaged = numbersIn(values);
  else if (key === "mechanisms") settings.mechanisms = values;
  else if (key === "store" && (values[0] === "full" || values[0] === "failing")) settings.store = values[0];
  else if (key === "max-message-bytes") settings.maxMessageBytes = number;
  else if (key === "max-recipients") settings.maxRecipients = number;
  else if (key === "max-errors") settings.maxErrors = number;
  else if (key === "max-commands") settings.maxCommands = number;
  else throw new Error(`${where}: no setting ${text}`);
}

const escapes: Readonly<Record<string, string>> = { r: "\r", n: "\n", t: "\t", "0": "\0", "\\": "\\" };

export function unescapeOctets(text: string): Buffer {
  const utf8 = Buffer.from(text, "utf8").toString("latin1");
  const repeated = utf8.replace(/\\\*(\d+)(.)/g, (_, count: string, letter: string) => letter.repeat(Number(count)));
  const octets = repeated.replace(/\\(?:x([0-9A-Fa-f]{2})|(.))/g, (whole, hex: string | undefined, letter: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    const octet = escapes[letter];
    if (octet === undefined) throw new Error(`no escape ${whole}`);
    return octet;
  });
  return Buffer.from(octets, "latin1");
}

/** The sizes of pieces a dialog is played in: the longest turn, which is whole, and unless it says `@ whole` smaller ones. */
export function pieceSizes(dialog: Dialog): readonly number[] {
  const longest = longestTurn(dialog);
  const sizes: number[] = [longest];
  // A turn of many thousand octets is one long line: there is nothing to hit at every place of it.
  for (let size = 1; size < longest && !dialog.settings.whole; size += size < 300 ? 1 : 1009) sizes.push(size);
  return sizes;
}

function longestTurn(dialog: Dialog): number {
  return Math.max(1, ...dialog.steps.map((step) => (step.kind === "turn" ? step.octets.length : 0)));
}

/** Plays a dialog with every turn cut into pieces of `pieceBytes`; throws where the server differs from the text. */
export async function playDialog(dialog: Dialog, endpoint: DialogEndpoint, pieceBytes: number): Promise<void> {
  const peer = await endpoint.connect(dialog.settings);
  try {
    let keptSeen = 0;
    let removed: readonly number[] = [];
    for (const step of dialog.steps) {
      const where = `${dialog.name}, pieces of ${pieceBytes}`;
      switch (step.kind) {
        case "turn":
          await playTurn(step, peer, { pieceBytes, where });
          break;
        case "tls":
          await peer.startTls();
          break;
        case "kept": {
          const content = (await peer.kept())[keptSeen++];
          assert.equal(content?.toString("latin1"), step.content.toString("latin1"), `${where}: kept content`);
          break;
        }
        case "removed":
          removed = step.numbers;
          assert.deepEqual(await peer.removed(), removed, `${where}: messages removed`);
          break;
        case "closed":
          assert.ok(await peer.closed(), `${where}: the server has not closed`);
          break;
      }
    }
    assert.equal((await peer.kept()).length, keptSeen, `${dialog.name}: messages kept`);
    assert.deepEqual(await peer.removed(), removed, `${dialog.name}: messages removed`);
  } finally {
    await peer.end();
  }
}

async function playTurn(
  turn: Extract<DialogStep, { readonly kind: "turn" }>,
  peer: DialogPeer,
  { pieceBytes, where }: { readonly pieceBytes: number; readonly where: string },
): Promise<void> {
  for (let at = 0; at < turn.octets.length; at += pieceBytes)
    await peer.send(turn.octets.subarray(at, at + pieceBytes));
  const said = await peer.receive(turn.replies.length);
  const wanted = turn.replies.map((line, at) => (line.endsWith("…") && beginsSo(said[at], line) ? said[at] : line));
  assert.deepEqual(said, wanted, `${where}, after ${JSON.stringify(turn.octets.toString("latin1").slice(-200))}`);
}

function beginsSo(said: string | undefined, line: string): boolean {
  return said?.startsWith(line.slice(0, -1)) === true;
}
