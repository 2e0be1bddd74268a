// SPDX-License-Identifier: Apache-2.0
import { systemClock } from "../base/clock.ts";
import type { Configuration } from "../config/schema.ts";
import { createGateway, type Gateway, type GatewayParts } from "../gateway.ts";
import { openLogDestination } from "../observe/log-destination.ts";
import { createLog } from "../observe/logger.ts";
import type { CommandIo } from "./command-io.ts";
import type { CommonOptions } from "./common-options.ts";
import { findSettings } from "./find-configuration.ts";
import { Output } from "./output.ts";
import { formatFacts } from "./text-table.ts";
import { readVersion } from "./version.ts";

/**
 * `postern serve`: from the configuration to the last session. Throws what keeps the gateway from starting, and what
 * ends it without being asked to, so that a supervisor sees a failure and starts it again.
 */
export async function runGateway(
  io: CommandIo,
  options: CommonOptions,
  parts: Pick<GatewayParts, "storeFaults"> = {},
): Promise<void> {
  const settings = findSettings(options, io.env);
  const configuration = settings.view;
  const destination = openLogDestination({
    descriptor: io.stderr.fd,
    lost: (lines) => log.event("log/lost", { lines }),
  });
  const { format, peerAddresses } = configuration.log;
  const write = (line: string): void => destination.write(line);
  const log = createLog({
    get level() {
      return configuration.log.level;
    },
    format,
    peerAddresses,
    write,
    nowMs: () => systemClock.nowMs(),
  });
  process.once("exit", () => destination.flushAtExit());
  try {
    await serve(io, options, { configuration, parts: { ...parts, log, settings } });
  } finally {
    await destination.close();
  }
}

async function serve(
  io: CommandIo,
  options: CommonOptions,
  { configuration, parts }: { readonly configuration: Configuration; readonly parts: GatewayParts },
): Promise<void> {
  const asked = stopSignal();
  const gateway = await createGateway(configuration, { ...parts, version: readVersion() });
  await gateway.start();
  // By custom a daemon reads its files anew at SIGHUP; `certbot --deploy-hook` may send it.
  process.on("SIGHUP", () => void gateway.lookAtCertificate());
  const { dataDirectory, hostName } = configuration.gateway;
  new Output(io, options.json === true).result(
    {
      ports: gateway.ports,
      certificateFingerprint: gateway.certificate.fingerprint,
      dataDirectory,
      setUpToken: gateway.setUpToken,
      setUpLinks: setUpLinks(gateway, hostName),
    },
    welcome(gateway, configuration.gateway),
  );
  const failure = await Promise.race([asked, gateway.failed]);
  await gateway.stop();
  if (failure !== undefined) throw failure;
}

/**
 * Resolves at the first SIGTERM or SIGINT. Further ones change nothing: one Ctrl-C comes twice when a launcher passes it on,
 * and the drain has a deadline of its own.
 */
function stopSignal(): Promise<undefined> {
  return new Promise((resolve) => {
    process.on("SIGTERM", () => resolve(undefined));
    process.on("SIGINT", () => resolve(undefined));
  });
}

function welcome(gateway: Gateway, { dataDirectory, hostName }: Configuration["gateway"]): string {
  const { certificate, mailboxes } = gateway;
  const facts = formatFacts([
    ...gateway.ports.map(({ service, host, port }) => [service, formatAddress(host, port)] as const),
    ["Certificate", `${certificate.subject}, until ${certificate.notAfter.toISOString().slice(0, 10)}`],
    ["SHA-256", certificate.fingerprint],
    ["Data", dataDirectory],
    ["Mailboxes", String(mailboxes.list().length)],
  ]);
  const next = mailboxes.list().length === 0 ? "\nNext: make a mailbox with  postern mailbox create NAME\n" : "";
  return `Postern takes connections.\n${facts}${next}${setUpText(gateway, hostName)}`;
}

/** On standard output alone, for whoever has started the gateway; never into the log. */
function setUpText(gateway: Gateway, hostName: string): string {
  const links = setUpLinks(gateway, hostName);
  if (links.length === 0) return "";
  return [
    "",
    "Nobody may administer the gateway yet. Open this in a browser to make the first administrator; it works once, and until",
    "the next start. On the command line it is  postern admin create NAME.",
    ...links.map((link) => `  ${link}`),
    "",
  ].join("\n");
}

/**
 * By the name of the gateway, and from this machine. The token stands behind the number sign: browsers keep that part to
 * themselves, so it reaches no log on the way.
 */
function setUpLinks({ setUpToken, ports }: Gateway, hostName: string): readonly string[] {
  const web = ports.find(({ service }) => service === "console");
  if (setUpToken === undefined || web === undefined) return [];
  const names = new Set(isLoopback(web.host) ? ["localhost"] : [hostName, "localhost"]);
  return Array.from(names, (name) => `https://${formatAddress(name, web.port)}/#set-up=${setUpToken}`);
}

function isLoopback(host: string): boolean {
  return host === "::1" || host.startsWith("127.");
}

/** RFC 3986 §3.2.2: an IPv6 address before a port stands in brackets. */
function formatAddress(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
