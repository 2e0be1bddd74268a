// SPDX-License-Identifier: Apache-2.0
import { peerPath } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";

/** What Postfix's `smtp-source` sends: a program in C that takes little of the machine. */
export interface SourceLoad {
  readonly bytes: number;
  readonly senders: number;
  /** Many messages a connection, instead of one. */
  readonly keepConnection: boolean;
}

export interface SourceTarget {
  readonly port: number;
  readonly recipient: string;
  readonly lmtp: boolean;
}

/** Sends messages and returns how many seconds it took. Throws when one of them is refused. */
export async function sendBySource(target: SourceTarget, load: SourceLoad, messages: number): Promise<number> {
  const { bytes, senders, keepConnection } = load;
  const args = ["-s", `${senders}`, "-m", `${messages}`, "-l", `${bytes}`, "-C", "50", "-f", "sender@bench.test"];
  if (keepConnection) args.push("-d");
  if (target.lmtp) args.push("-L");
  const from = performance.now();
  await runProgram(peerPath("smtp-source"), [...args, "-t", target.recipient, `127.0.0.1:${target.port}`]);
  return (performance.now() - from) / 1000;
}
