// SPDX-License-Identifier: Apache-2.0
import { type MessagePort, parentPort } from "node:worker_threads";
import { describeError, PosternError } from "../base/errors.ts";
import { giveBack } from "../base/give-back.ts";
import type { Identity } from "../seal/contract.ts";
import { identityOfKeys } from "../seal/identity.ts";
import type { FromOpeningThread, ToOpeningThread } from "./opening-messages.ts";
import { wholeResponse } from "./whole-response.ts";

/** Opens messages for the network thread, in the order in which they are asked for. */
function serve(port: MessagePort): void {
  const identities = new Map<number, Identity>();
  port.on("message", (asked: ToOpeningThread) => {
    switch (asked.kind) {
      case "begin":
        identities.set(asked.puller, identityOfKeys(asked.keys));
        return;
      case "end":
        identities.get(asked.puller)?.wipe();
        identities.delete(asked.puller);
        return;
      case "open":
        answer(port, asked, identities.get(asked.puller));
    }
  });
}

type Asked = Extract<ToOpeningThread, { readonly kind: "open" }>;

function answer(port: MessagePort, { token, message, status, sealed }: Asked, identity: Identity | undefined): void {
  const octets = Buffer.from(sealed);
  try {
    if (identity === undefined) throw new PosternError("seal/bad-key", "the puller has gone");
    const { buffer } = wholeResponse(identity, { message, sealed: octets, status });
    port.postMessage({ kind: "opened", token, response: buffer } satisfies FromOpeningThread, [buffer]);
  } catch (error) {
    const code = error instanceof PosternError ? error.code : undefined;
    port.postMessage({ kind: "failed", token, code, detail: describeError(error) } satisfies FromOpeningThread, []);
  } finally {
    giveBack(octets);
  }
}

if (parentPort !== null) serve(parentPort);
