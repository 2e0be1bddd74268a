// SPDX-License-Identifier: Apache-2.0
import { rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { describeError, PosternError } from "../base/errors.ts";
import { prepareSocketPath, removeSocketPath } from "./control-path.ts";
import { type ControlAnswer, type ControlRequest, controlRequest, maxControlLineBytes } from "./control-protocol.ts";
import { errorToJson } from "./json-error.ts";
import { readLine } from "./json-line.ts";
import type { OperationStages } from "./operation.ts";
import { isOperationName, runOperation } from "./operations.ts";

/**
 * The door of the running gateway for commands on the same machine: a Unix socket that only its owner can open. Who can
 * open it could read the data directory as well, so there is no further sign-in.
 */
export class ControlServer {
  readonly #stages: OperationStages;
  readonly #server: Server;
  readonly #wantedPath: string;
  readonly #path: string;
  readonly #running = new Set<Promise<void>>();
  readonly #sockets = new Set<Socket>();

  private constructor(stages: OperationStages, wantedPath: string, path: string) {
    this.#stages = stages;
    this.#wantedPath = wantedPath;
    this.#path = path;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#take(socket));
  }

  /**
   * Listens at `path`, in place of a socket that a killed gateway has left: whoever calls this holds the lock of the data
   * directory. Throws `listen/cannot-bind`.
   */
  static async open(path: string, stages: OperationStages): Promise<ControlServer> {
    try {
      const usable = await prepareSocketPath(path);
      await rm(usable, { force: true });
      const server = new ControlServer(stages, path, usable);
      await server.#listen();
      return server;
    } catch (error) {
      if (error instanceof PosternError) throw error;
      throw new PosternError("listen/cannot-bind", `the control socket ${path}: ${describeError(error)}`, {
        cause: error,
      });
    }
  }

  /** Takes no further requests and waits for those that run. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await Promise.all(this.#running);
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    await removeSocketPath(this.#wantedPath, this.#path);
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      // The socket file is made within `listen`, with its mode taken from the umask: no moment when others could open it.
      const umask = process.umask(0o177);
      try {
        this.#server.listen(this.#path, () => {
          this.#server.off("error", reject);
          resolve();
        });
      } finally {
        process.umask(umask);
      }
    });
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    // A client that goes away needs no answer; what it asked for is done all the same.
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#sockets.delete(socket));
    void this.#hear(socket);
  }

  async #hear(socket: Socket): Promise<void> {
    const line = await readLine(socket, maxControlLineBytes);
    if (line === undefined) {
      socket.destroy();
      return;
    }
    const answering = this.#answer(socket, line);
    this.#running.add(answering);
    await answering;
    this.#running.delete(answering);
  }

  async #answer(socket: Socket, line: string): Promise<void> {
    const say = (answer: ControlAnswer): void => {
      if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`);
    };
    try {
      say({ result: await this.#run(parseRequest(line), (progress) => say({ progress })) });
    } catch (error) {
      if (!(error instanceof PosternError)) this.#stages.log.event("admin/failed", { error: describeError(error) });
      say({ error: errorToJson(error) });
    }
    socket.end();
  }

  #run({ operation, input, actor }: ControlRequest, report: (progress: string) => void): Promise<unknown> {
    if (!isOperationName(operation)) throw new PosternError("admin/bad-request", "there is no operation of this name");
    return runOperation(operation, input, { ...this.#stages, actor, origin: "control socket", report });
  }
}

function parseRequest(line: string): ControlRequest {
  try {
    return controlRequest.parse(JSON.parse(line));
  } catch {
    // The line may hold a password, so nothing of it is repeated.
    throw new PosternError("admin/bad-request", "the request is no JSON of the control protocol");
  }
}
