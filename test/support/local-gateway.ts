// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { LiveSettings } from "../../src/config/live-settings.ts";
import type { LoadOptions } from "../../src/config/load.ts";
import { createGateway, type Gateway, type GatewayParts } from "../../src/gateway.ts";
import type { LogEventCode } from "../../src/observe/events.ts";
import type { Log, LogFields } from "../../src/observe/log.ts";
import { Pop3Client } from "./pop3-client.ts";
import { SmtpClient } from "./smtp-client.ts";

export interface LoggedEvent {
  readonly code: LogEventCode;
  readonly fields: LogFields;
}

export interface LocalMailbox {
  readonly id: string;
  readonly address: string;
  readonly password: string;
}

export interface LocalGatewayParts extends Pick<GatewayParts, "storeFaults" | "clock"> {
  readonly configuration?: string;
  readonly overrides?: LoadOptions["overrides"];
  readonly environment?: LoadOptions["environment"];
}

/** A gateway within the test's own process, for faults that no other program can cause. Ports 0 on loopback. */
export class LocalGateway {
  readonly gateway: Gateway;
  readonly settings: LiveSettings;
  readonly events: readonly LoggedEvent[];

  private constructor(gateway: Gateway, settings: LiveSettings, events: readonly LoggedEvent[]) {
    this.gateway = gateway;
    this.settings = settings;
    this.events = events;
  }

  /** `configuration`: more lines, with their `[section]`; `overrides`: settings by name. */
  static async start(directory: string, parts: LocalGatewayParts = {}): Promise<LocalGateway> {
    const events: LoggedEvent[] = [];
    const settings = LiveSettings.open({
      text: localConfiguration(directory) + (parts.configuration ?? ""),
      environment: parts.environment ?? {},
      overrides: parts.overrides ?? {},
    });
    const gateway = await createGateway(settings.view, { ...parts, settings, log: recordingLog(events, {}) });
    await gateway.start();
    return new LocalGateway(gateway, settings, events);
  }

  async createMailbox(): Promise<LocalMailbox> {
    const { mailbox, password } = await this.gateway.mailboxes.create({ name: "test", requireTls: false });
    return { id: mailbox.id, address: `${mailbox.id}@journal.test`, password: password.expose().toString() };
  }

  smtp(): Promise<SmtpClient> {
    return SmtpClient.open({ port: this.gateway.port("smtp") });
  }

  /** Signed in. */
  async pop3({ id, password }: LocalMailbox): Promise<Pop3Client> {
    const tls = { rejectUnauthorized: false };
    const client = await Pop3Client.connect({ port: this.gateway.port("pop3s"), tls });
    await client.signIn(id, password);
    return client;
  }

  count(code: LogEventCode): number {
    return this.events.filter((event) => event.code === code).length;
  }
}

/** Loopback, ports 0, a work factor that costs no time; everything below `directory`. */
export function localConfiguration(directory: string): string {
  return `
[gateway]
data_directory = ${JSON.stringify(join(directory, "data"))}
host_name = "localhost"
domains = ["journal.test"]
[listen]
smtp = ["127.0.0.1:0"]
submission = []
submissions = []
pop3 = []
pop3s = ["127.0.0.1:0"]
console = []
[limits]
disk_reserve = "1 MiB"
[seal]
scrypt_work_factor = 10
`;
}

function recordingLog(events: LoggedEvent[], carried: LogFields): Log {
  return {
    event: (code, fields) => events.push({ code, fields: { ...carried, ...fields } }),
    with: (fields) => recordingLog(events, { ...carried, ...fields }),
  };
}
