// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import { systemClock } from "../../base/clock.ts";
import { PosternError } from "../../base/errors.ts";
import type { Configuration } from "../../config/schema.ts";
import { formatTarget, parseTarget, type Target } from "../../protocol/proxy-user-name.ts";
import type { DoorReport } from "../../upstream/probe.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { findConfiguration } from "../find-configuration.ts";
import { Output } from "../output.ts";
import { Progress } from "../progress.ts";
import { formatBytes, formatFacts } from "../text-table.ts";

interface UpstreamOptions extends CommonOptions {
  readonly caFile?: string;
}

export function doctorUpstreamCommand(io: CommandIo): Command {
  const command = new Command("upstream")
    .description("look at a mail server as the proxy would, and tell whether it would take it; nobody signs in")
    .argument("<server>", "host, host:port or [IPv6]:port, as it would stand in the user name")
    .option("--ca-file <file>", "an authority that counts for this server as well, in PEM; for this look alone");
  return addCommonOptions(command).action((text: string, options: UpstreamOptions) => lookAt(io, text, options));
}

interface AdvisedReport extends DoorReport {
  /** In words of the configuration; several lines each. */
  readonly advice: readonly string[];
}

type Verdict = Readonly<Record<"smtp" | "pop3", "taken" | "tokens-only" | "not-taken" | "not-asked">>;

async function lookAt(io: CommandIo, text: string, options: UpstreamOptions): Promise<void> {
  const target = parseTarget(text);
  if (target === undefined) throw new PosternError("cli/usage", `"${text}" is no server: write host or host:port`);
  const output = new Output(io, options.json === true);
  const configuration = findConfiguration(options, io.env);
  const doors = await probe(io, target, configuration, options);
  const verdict = { smtp: verdictOf(doors, "smtp"), pop3: verdictOf(doors, "pop3") };
  const { enabled } = configuration.proxy;
  output.result(
    { target: formatTarget(target), proxyEnabled: enabled, verdict, doors },
    [
      ...doors.map(describeDoor),
      formatFacts([
        ["Outgoing mail (SMTP)", verdictText(verdict.smtp, doors, "smtp")],
        ["Incoming mail (POP3)", verdictText(verdict.pop3, doors, "pop3")],
        ["User name in clients", `USER%${formatTarget(target)}%MAILBOX-ID`],
        ...(enabled ? [] : [["But", "the proxy is switched off: proxy.enabled is false"] as const]),
      ]),
    ].join("\n"),
  );
  if (!enabled) throw new PosternError("upstream/not-taken", "the proxy is switched off");
  if (!doors.some(({ takenForPasswords, takenForTokens }) => takenForPasswords || takenForTokens))
    throw new PosternError("upstream/not-taken", formatTarget(target));
}

async function probe(
  io: CommandIo,
  target: Target,
  configuration: Configuration,
  { caFile, json }: UpstreamOptions,
): Promise<readonly AdvisedReport[]> {
  const { createDialer } = await import("../../upstream/configured-dialer.ts");
  const { probeUpstream } = await import("../../upstream/probe.ts");
  const { adviseDoor } = await import("../../upstream/probe-advice.ts");
  const dialer = await createDialer(
    caFile === undefined ? configuration : withAuthority(configuration, target, caFile),
  );
  const progress = new Progress(io, json === true);
  progress.say(`looking at ${formatTarget(target)}`);
  const reports = await probeUpstream(dialer, target);
  progress.clear();
  const nowMs = systemClock.nowMs();
  return reports.map((report) => Object.assign({ advice: adviseDoor(report, target, nowMs, caFile) }, report));
}

/** The file takes the place of every file and pin that the configuration has for this host. */
function withAuthority(configuration: Configuration, { host, hostKind }: Target, caFile: string): Configuration {
  const bracketed = hostKind === "ipv6" ? `[${host}]` : host;
  const isOther = (key: string): boolean => key !== host && !key.startsWith(`${bracketed}:`);
  const caFiles = new Map([...configuration.proxy.caFiles].filter(([key]) => isOther(key)));
  const pins = new Map([...configuration.proxy.pins].filter(([key]) => isOther(key)));
  return { ...configuration, proxy: { ...configuration.proxy, caFiles: caFiles.set(host, caFile), pins } };
}

function verdictOf(doors: readonly DoorReport[], protocol: DoorReport["protocol"]): Verdict["smtp"] {
  const asked = doors.filter((door) => door.protocol === protocol);
  if (asked.length === 0) return "not-asked";
  if (asked.some(({ takenForPasswords }) => takenForPasswords)) return "taken";
  return asked.some(({ takenForTokens }) => takenForTokens) ? "tokens-only" : "not-taken";
}

function verdictText(verdict: Verdict["smtp"], doors: readonly DoorReport[], protocol: DoorReport["protocol"]): string {
  const door = doors.find((each) => each.protocol === protocol && (each.takenForPasswords || each.takenForTokens));
  switch (verdict) {
    case "taken":
      return `the proxy takes it, by port ${door?.port}`;
    case "tokens-only":
      return `the proxy takes it for OAuth tokens only, by port ${door?.port}`;
    case "not-taken":
      return "the proxy does NOT take it";
    case "not-asked":
      return "not looked at on this port";
  }
}

function describeDoor(report: AdvisedReport): string {
  const { certificate, mechanisms, problem, offers, maxMessageBytes } = report;
  const facts: (readonly [string, string])[] = [];
  if (problem !== undefined) facts.push(["Problem", problem.text]);
  for (const each of report.advice) facts.push(["What to do", each.replaceAll("\n", `\n${" ".repeat(15)}`)]);
  if (report.address !== undefined) facts.push(["Address", report.address]);
  if (report.tlsVersion !== undefined) facts.push(["TLS", `${report.tlsVersion}, ${report.cipher}`]);
  if (certificate !== undefined)
    facts.push(
      ["Certificate", `for ${certificate.names.replaceAll(/(?:DNS|IP Address):/g, "") || "no name at all"}`],
      ["  until", certificate.notAfter.slice(0, 10)],
      ["  from", certificate.issuer],
      ["  SHA-256", certificate.sha256],
    );
  if (mechanisms !== undefined) facts.push(["Sign-in", signInText(mechanisms, report.wouldUse)]);
  if (offers !== undefined) facts.push(["Offers", offers.join(report.protocol === "smtp" ? " " : ", ")]);
  if (maxMessageBytes !== undefined) facts.push(["Largest", `${formatBytes(maxMessageBytes)} a message`]);
  const kind = report.tls === "implicit" ? "TLS from the start" : report.protocol === "smtp" ? "STARTTLS" : "STLS";
  const taken = report.takenForPasswords || report.takenForTokens;
  const title = `${report.protocol.toUpperCase()}, port ${report.port}, ${kind}: ${taken ? "taken" : "NOT taken"}\n`;
  return title + formatFacts(facts.map(([name, value]) => [`  ${name}`.padEnd(13), printable(value)] as const));
}

function signInText(mechanisms: readonly string[], wouldUse: string | undefined): string {
  const all = mechanisms.length === 0 ? "nothing" : mechanisms.join(" ");
  return wouldUse === undefined ? all : `${all}; with a password the proxy uses ${wouldUse}`;
}

/** A certificate and a server's words may hold anything; a terminal obeys some of it. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{C}\n]/gu, "?");
}
