// SPDX-License-Identifier: Apache-2.0

/**
 * The recording proxy beside nginx's stream proxy, which encrypts on both legs and looks at nothing, and beside the same
 * servers without anybody in between. One client for all sides, rounds in turn.
 */
import { Dovecot } from "../support/dovecot.ts";
import type { GatewayProcess } from "../support/gateway-process.ts";
import { Nginx } from "../support/nginx.ts";
import { startProxiedGateway } from "../support/proxied-gateway.ts";
import { benchSettings } from "./bench-gateway.ts";
import type { BenchRun } from "./bench-run.ts";
import { benchFetching } from "./proxy-fetch.ts";
import { benchIdleSessions } from "./proxy-idle.ts";
import { benchSubmitting } from "./proxy-submit.ts";
import { SmtpSink } from "./smtp-sink.ts";

/** Everything that takes part: one Dovecot, one SMTP server, and the two proxies before both. */
export interface ProxyBench {
  readonly dovecot: Dovecot;
  readonly sink: SmtpSink;
  readonly nginx: Nginx;
  /** nginx's ports before the others. */
  readonly nginxPorts: { readonly pop3s: number; readonly submissions: number };
  readonly gateway: GatewayProcess;
}

export async function benchProxy(run: BenchRun): Promise<void> {
  const started: { stop(): Promise<unknown> }[] = [];
  try {
    const dovecot = await Dovecot.start();
    started.push(dovecot);
    const { certificateFile, keyFile, ports } = dovecot;
    const sink = await SmtpSink.start({ certificateFile, keyFile });
    started.push(sink);
    const nginx = await Nginx.start({ upstreamPorts: [ports.pop3s, sink.port], certificateFile, keyFile });
    started.push(nginx);
    const gateway = await startProxiedGateway({ ports: [ports.pop3s, sink.port], caFile: certificateFile }, "", [
      ...benchSettings,
      ...run.settings,
    ]);
    started.push({ stop: () => gateway.remove() });
    const [pop3s = 0, submissions = 0] = nginx.ports;
    const bench = { dovecot, sink, nginx, nginxPorts: { pop3s, submissions }, gateway };
    await benchFetching(bench, run);
    await benchSubmitting(bench, run);
    await benchIdleSessions({ certificateFile, keyFile }, run);
  } finally {
    await Promise.all(started.map((each) => each.stop()));
  }
}
