// SPDX-License-Identifier: Apache-2.0

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Decodes a response line (RFC 4954 §4, RFC 5034 §4); `undefined` when it is not base64. */
export function decodeResponse(text: string): Buffer | undefined {
  return base64.test(text) ? Buffer.from(text, "base64") : undefined;
}

/** Decodes an initial response: `=` is the empty one (RFC 4954 §4, RFC 5034 §4). */
export function decodeInitialResponse(text: string): Buffer | undefined {
  if (text === "=") return Buffer.alloc(0);
  return text === "" ? undefined : decodeResponse(text);
}

export function encodeChallenge(challenge: string): string {
  return Buffer.from(challenge, "utf8").toString("base64");
}
