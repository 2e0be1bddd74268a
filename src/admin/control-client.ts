// SPDX-License-Identifier: Apache-2.0
import { connect, type Socket } from "node:net";
import { describeError, PosternError } from "../base/errors.ts";
import { findSocketPath } from "./control-path.ts";
import { controlAnswer, maxControlLineBytes } from "./control-protocol.ts";
import { errorFromJson } from "./json-error.ts";
import { readLines } from "./json-line.ts";
import { checkOutput, type OperationInput, type OperationName, type OperationOutput } from "./operations.ts";

/** Asks the running gateway of a data directory to run operations. */
export class ControlClient {
  readonly #path: string;
  readonly #actor: string;

  private constructor(path: string, actor: string) {
    this.#path = path;
    this.#actor = actor;
  }

  /**
   * The client of a running gateway; `undefined` when none listens at `path`. Throws `admin/unreachable` when one may be
   * there but does not let us in.
   */
  static async find(path: string, actor: string): Promise<ControlClient | undefined> {
    try {
      const socketPath = await findSocketPath(path);
      if (socketPath === undefined) return undefined;
      (await open(socketPath)).destroy();
      return new ControlClient(socketPath, actor);
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw unreachable(path, error);
    }
  }

  /** Throws the error that the gateway had, or `admin/unreachable` when it went away before it had answered. */
  async run<N extends OperationName>(
    operation: N,
    input: OperationInput<N>,
    report: (progress: string) => void,
  ): Promise<OperationOutput<N>> {
    const socket = await this.#open();
    try {
      socket.write(`${JSON.stringify({ operation, input, actor: this.#actor })}\n`);
      for await (const line of readLines(socket, maxAnswerLineBytes)) {
        const answer = controlAnswer.parse(JSON.parse(line));
        if ("error" in answer) throw errorFromJson(answer.error);
        if ("result" in answer) return checkOutput(operation, answer.result);
        report(answer.progress);
      }
    } finally {
      socket.destroy();
    }
    throw new PosternError("admin/unreachable", "it ended before it had answered; whether the change was made is open");
  }

  async #open(): Promise<Socket> {
    try {
      return await open(this.#path);
    } catch (error) {
      throw unreachable(this.#path, error);
    }
  }
}

/** The list of 100,000 mailboxes has its place. */
const maxAnswerLineBytes = 64 * maxControlLineBytes;

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      // From here on the reader of the lines learns of a broken connection.
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}

/** Nobody listens: no socket, or one that a killed gateway has left behind. */
function isAbsence(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ECONNREFUSED" || code === "ENOTDIR";
}

function unreachable(path: string, cause: unknown): PosternError {
  const advice = "run the command as the user that the gateway runs as";
  return new PosternError("admin/unreachable", `${path}: ${describeError(cause)}; ${advice}`, { cause });
}
