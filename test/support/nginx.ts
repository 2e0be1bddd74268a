// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { peerPath } from "./peers.ts";
import { freePorts, removeDirectory, temporaryDirectory } from "./temporary.ts";
import { waitFor } from "./wait-for.ts";

const streamModule = "/usr/lib/nginx/modules/ngx_stream_module.so";

export interface NginxOptions {
  /** Loopback ports, with TLS from the first octet, that it stands in front of. */
  readonly upstreamPorts: readonly number[];
  /** What nginx shows, and what it accepts of the upstreams: they are `localhost` by this certificate. */
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** An nginx with a directory of its own whose stream proxy decrypts and encrypts again: TLS on both legs. */
export class Nginx {
  /** One for each upstream port, in the same order. */
  readonly ports: readonly number[];
  readonly #directory: string;
  readonly #child: ChildProcess;

  private constructor(directory: string, ports: readonly number[], child: ChildProcess) {
    this.#directory = directory;
    this.ports = ports;
    this.#child = child;
  }

  static async start(options: NginxOptions): Promise<Nginx> {
    const program = peerPath("nginx");
    if (!existsSync(streamModule)) throw new Error("nginx has no stream proxy: install libnginx-mod-stream");
    const directory = await temporaryDirectory("nginx");
    const ports = await freePorts(options.upstreamPorts.length);
    const file = join(directory, "nginx.conf");
    await writeFile(file, configuration(directory, ports, options));
    const child = spawn(program, ["-p", directory, "-c", file, "-e", join(directory, "error.log")], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    await waitFor("nginx to listen", async () => {
      if (child.exitCode !== null)
        throw new Error(`nginx ended:\n${await readFile(join(directory, "error.log"), "utf8")}`);
      return listens(ports[0] ?? 0);
    });
    return new Nginx(directory, ports, child);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await gone;
    await removeDirectory(this.#directory);
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const answer = await Promise.race([
    once(socket, "connect").then(() => true),
    once(socket, "error").then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return answer;
}

function configuration(
  directory: string,
  ports: readonly number[],
  { upstreamPorts, certificateFile, keyFile }: NginxOptions,
): string {
  const servers = upstreamPorts.map(
    (upstream, at) => `  server { listen 127.0.0.1:${ports[at]} ssl; proxy_pass 127.0.0.1:${upstream}; }`,
  );
  // This release allows no TLS 1.3 unless told so; everybody else here speaks it.
  return `
load_module ${streamModule};
daemon off;
worker_processes auto;
pid ${directory}/nginx.pid;
events { worker_connections 2048; }
stream {
  ssl_certificate ${certificateFile};
  ssl_certificate_key ${keyFile};
  ssl_protocols TLSv1.2 TLSv1.3;
  proxy_ssl on;
  proxy_ssl_protocols TLSv1.2 TLSv1.3;
  proxy_ssl_verify on;
  proxy_ssl_name localhost;
  proxy_ssl_trusted_certificate ${certificateFile};
${servers.join("\n")}
}
`;
}
