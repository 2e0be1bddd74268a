// SPDX-License-Identifier: Apache-2.0
/** The dialogs over TCP against the whole gateway: what the machine says is what a client hears. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { Gateway } from "../../src/gateway.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import { type DialogSettings, parseDialog, playDialog } from "./dialog.ts";
import { machineEndpoint } from "./machine-endpoint.ts";
import { pop3MachineEndpoint } from "./pop3-machine-endpoint.ts";
import { startDialogGateway, tcpEndpoint } from "./tcp-endpoint.ts";

const dialogs = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".dialog"))
  .map((name) => {
    const service = name.startsWith("smtp-") ? ("smtp" as const) : ("pop3" as const);
    const { names } = service === "smtp" ? machineEndpoint : pop3MachineEndpoint;
    const text = readFileSync(join(import.meta.dirname, name), "utf8");
    return { name, service, text, settings: parseDialog(name, text, names).settings };
  });

/** No turn of a dialog is longer. */
const wholeBytes = 100_000;

/** Why a dialog needs the bare machine; `undefined` when the gateway can play it. */
function onlyOnTheMachine(service: "smtp" | "pop3", settings: DialogSettings): string | undefined {
  if (settings.store !== "working") return "a store that fails";
  if (settings.messages.length > 0 || settings.inUse) return "a maildrop of its own";
  if (settings.alsoProxies) return "the proxy";
  // The sink offers no AUTH.
  if (settings.mechanisms.length > 0) return "sign-in by SMTP";
  if (service === "pop3" && settings.maxCommands < 100) return "a limit that is fixed";
  return undefined;
}

suite("dialogs over TCP", () => {
  let directory: string;
  const gateways = new Map<string, Gateway>();
  before(async () => {
    directory = await temporaryDirectory("dialogs");
  });
  after(async () => {
    for (const gateway of gateways.values()) await gateway.stop();
    await removeDirectory(directory);
  });

  /** One gateway for all dialogs with the same limits. */
  async function gatewayFor(settings: DialogSettings): Promise<Gateway> {
    const { maxMessageBytes, maxRecipients, maxErrors, maxCommands } = settings;
    const key = [maxMessageBytes, maxRecipients, maxErrors, maxCommands].join("-");
    const gateway = gateways.get(key) ?? (await startDialogGateway(join(directory, key), settings));
    gateways.set(key, gateway);
    return gateway;
  }

  for (const { name, service, text, settings } of dialogs) {
    const skip = onlyOnTheMachine(service, settings) ?? false;
    test(name, { skip }, async () => {
      const gateway = await gatewayFor(settings);
      const endpoint = await tcpEndpoint(gateway, service);
      await playDialog(parseDialog(name, text, endpoint.names), endpoint, wholeBytes);
    });
  }

  test("most dialogs are played", () => {
    const played = dialogs.filter(({ service, settings }) => onlyOnTheMachine(service, settings) === undefined);
    assert.ok(played.length > dialogs.length / 2);
  });
});
