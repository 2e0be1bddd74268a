// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { parse, stringify } from "smol-toml";
import type { Fault } from "../../src/store/writer/faults.ts";
import { runProgram } from "./run-program.ts";
import { freePorts, removeDirectory, temporaryDirectory } from "./temporary.ts";

const fromCheckout = join(import.meta.dirname, "../../bin/postern.cjs");
const dyingGateway = join(import.meta.dirname, "dying-gateway.ts");

/** The domain of all mailboxes in tests. */
export const mailDomain = "journal.test";

export interface CreatedMailbox {
  readonly id: string;
  readonly address: string;
  readonly password: string;
}

export interface GatewayPorts {
  readonly smtp: number;
  readonly submission: number;
  readonly submissions: number;
  readonly pop3: number;
  readonly pop3s: number;
  readonly console: number;
}

export interface GatewayOptions {
  /** More lines of configuration, with their `[section]`. */
  readonly configuration?: string;
  /** The same by setting, each a line of TOML with its section: `limits.connections_total = 10`. The last one counts. */
  readonly settings?: readonly string[];
  /** More variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The program's file; that of this checkout when absent. */
  readonly program?: string;
  /** Where its data are; beside the configuration when absent. It stays when the gateway is removed. */
  readonly dataDirectory?: string;
}

/**
 * The real program in a process of its own, on loopback ports and a directory that goes with it. Whatever a test wants
 * of it goes through sockets, signals and the command line, as for anybody else.
 */
export class GatewayProcess {
  readonly directory: string;
  readonly dataDirectory: string;
  readonly ports: GatewayPorts;
  readonly #program: string;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;

  private constructor(directory: string, ports: GatewayPorts, options: GatewayOptions) {
    this.directory = directory;
    this.dataDirectory = options.dataDirectory ?? join(directory, "data");
    this.#program = options.program ?? fromCheckout;
    this.#env = options.env ?? {};
    this.ports = ports;
  }

  static async start(options: GatewayOptions = {}): Promise<GatewayProcess> {
    const directory = await temporaryDirectory("gateway");
    const [smtp = 0, submission = 0, submissions = 0, pop3 = 0, pop3s = 0, web = 0] = await freePorts(6);
    const ports = { smtp, submission, submissions, pop3, pop3s, console: web };
    const gateway = new GatewayProcess(directory, ports, options);
    await writeFile(gateway.configurationFile, gateway.#configuration(options));
    try {
      await gateway.startAgain();
    } catch (error) {
      await gateway.remove();
      throw error;
    }
    return gateway;
  }

  get configurationFile(): string {
    return join(this.directory, "postern.toml");
  }

  get logFile(): string {
    return join(this.directory, "gateway.log");
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error("the gateway is not running");
    return pid;
  }

  /** Whether the program has not ended by itself. */
  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The gateway's own certificate; self-signed, so it is its own authority too. */
  get certificateFile(): string {
    return join(this.dataDirectory, "tls/certificate.pem");
  }

  async certificate(): Promise<string> {
    return readFile(this.certificateFile, "utf8");
  }

  /**
   * Starts the program on the same directory, after `stop`, `kill` or its own end; resolves when it greets. With a fault,
   * its store meets that one.
   */
  async startAgain(fault?: Fault): Promise<void> {
    const log = openSync(this.logFile, "a");
    const program =
      fault === undefined
        ? [this.#program, "serve", "--config", this.configurationFile]
        : [dyingGateway, this.configurationFile, JSON.stringify(fault)];
    const child = spawn(process.execPath, program, {
      stdio: ["ignore", log, log],
      cwd: this.directory,
      env: { ...process.env, ...this.#env },
    });
    this.#child = child;
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`the gateway ended at start:\n${await this.log()}`);
      }
      // The console is the last to open.
      if ((await greets(this.ports.smtp)) && (await accepts(this.ports.console))) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** SIGTERM: lets it end by itself. Returns the exit code. */
  async stop(): Promise<number | null> {
    return this.#signal("SIGTERM");
  }

  /** SIGKILL: the process is gone at once, wherever it was. */
  async kill(): Promise<void> {
    await this.#signal("SIGKILL");
  }

  /** The program has ended, by itself or by a signal, and nobody has looked at that yet. */
  get hasEnded(): boolean {
    return this.#child !== undefined && (this.#child.exitCode !== null || this.#child.signalCode !== null);
  }

  /** Waits for an end that nobody here has asked for; returns the signal that brought it, if one did. */
  async ended(): Promise<NodeJS.Signals | null> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) throw new Error("the gateway is not running");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    return child.signalCode;
  }

  /** Ends the program if it still runs and removes its directory. */
  async remove(): Promise<void> {
    if (this.#child !== undefined) await this.kill();
    await removeDirectory(this.directory);
  }

  async log(): Promise<string> {
    return (await readFile(this.logFile, "utf8")).slice(-8000);
  }

  /** Runs `postern ARGS --config … --json` and returns what it prints, parsed. */
  async command(...args: readonly string[]): Promise<unknown> {
    const all = [this.#program, ...args, "--config", this.configurationFile, "--json"];
    const { stdout } = await runProgram(process.execPath, all);
    return stdout.length === 0 ? undefined : JSON.parse(stdout.toString());
  }

  async createMailbox(name: string, ...options: readonly string[]): Promise<CreatedMailbox> {
    const created = await this.command("mailbox", "create", name, ...options);
    if (!isCreatedMailbox(created)) throw new Error(`mailbox create printed ${JSON.stringify(created)}`);
    return created;
  }

  /** Writes every message of a mailbox below `path`, from the data directory. */
  async exportMailbox(mailbox: CreatedMailbox, path: string, format = "eml"): Promise<void> {
    const passwordFile = join(this.directory, `${mailbox.id}.password`);
    await writeFile(passwordFile, `${mailbox.password}\n`, { mode: 0o600 });
    await this.command("export", mailbox.id, "--to", path, "--format", format, "--password-file", passwordFile);
  }

  /** `postern verify`: throws when anything is wrong. */
  async verify(): Promise<unknown> {
    return this.command("verify");
  }

  async #signal(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return null;
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      child.kill(signal);
      await gone;
    }
    return child.exitCode;
  }

  #configuration(options: GatewayOptions): string {
    const { smtp, submission, submissions, pop3, pop3s, console: web } = this.ports;
    const text = `
[gateway]
data_directory = ${JSON.stringify(this.dataDirectory)}
host_name = "localhost"
domains = ["${mailDomain}"]
[listen]
smtp = ["127.0.0.1:${smtp}"]
submission = ["127.0.0.1:${submission}"]
submissions = ["127.0.0.1:${submissions}"]
pop3 = ["127.0.0.1:${pop3}"]
pop3s = ["127.0.0.1:${pop3s}"]
console = ["127.0.0.1:${web}"]
${options.configuration ?? ""}
`;
    return (options.settings ?? []).reduce(withSetting, text);
  }
}

/** A configuration with one more setting, in the section to which it belongs. */
function withSetting(configuration: string, line: string): string {
  const all = parse(configuration);
  for (const [section, settings] of Object.entries(parse(line)))
    all[section] = Object.fromEntries([...Object.entries(all[section] ?? {}), ...Object.entries(settings)]);
  return stringify(all);
}

function isCreatedMailbox(value: unknown): value is CreatedMailbox {
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map(Object.entries(value));
  return ["id", "address", "password"].every((name) => typeof fields.get(name) === "string");
}

/** Whether somebody takes connections on a port. */
async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", settle(true));
    socket.once("error", settle(false));
  });
}

/** Whether somebody says something on a port. */
async function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("data", settle(true));
    socket.once("error", settle(false));
    socket.once("end", settle(false));
  });
}
