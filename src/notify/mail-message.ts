// SPDX-License-Identifier: Apache-2.0
import { headlineOf, type Letter, textOf } from "./letter.ts";
import { encodeBody, headerText, oneLine, wrap } from "./mail-text.ts";

const subjectCharacters = 200;

/** The letter as a message (RFC 5322); RFC 3834 §5: nothing that answers mail by itself may answer it. */
export function composeMessage(
  letter: Letter,
  { from, to }: { readonly from: string; readonly to: readonly string[] },
): Buffer {
  const lines = textOf(letter).flatMap((line) => wrap(`${/^ */.exec(line)?.[0] ?? ""}${oneLine(line)}`));
  const { encoding, charset, body } = encodeBody(lines);
  const header = [
    `Date: ${new Date(letter.atMs).toUTCString().replace("GMT", "+0000")}`,
    `From: Postern <${from}>`,
    `To: ${to.map((each) => `<${each}>`).join(",\r\n ")}`,
    headerText("Subject", headlineOf(letter).slice(0, subjectCharacters)),
    `Message-ID: <${letter.id}@${letter.hostName}>`,
    "Auto-Submitted: auto-generated",
    "MIME-Version: 1.0",
    `Content-Type: text/plain; charset=${charset}`,
    `Content-Transfer-Encoding: ${encoding}`,
  ];
  return Buffer.from(`${header.join("\r\n")}\r\n\r\n${body}`, "ascii");
}
