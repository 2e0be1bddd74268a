// SPDX-License-Identifier: Apache-2.0

/** What a command has around it; the process in real life. */
export type CommandIo = Pick<NodeJS.Process, "stdin" | "stdout" | "stderr" | "env">;
