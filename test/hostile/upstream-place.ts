// SPDX-License-Identifier: Apache-2.0
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSelfSigned } from "../../src/listen/certificate.ts";
import { freePorts, removeDirectory, temporaryDirectory } from "../support/temporary.ts";

/** Where a scenario's own upstream listens, and the certificate that the gateway trusts there. */
export interface UpstreamPlace {
  readonly port: number;
  readonly certificate: string;
  readonly key: string;
}

/** Lets the proxies reach one server of this machine; the words in the configuration are put in by `prepareUpstream`. */
export const upstreamConfiguration = `[proxy]
allowed_targets = ["127.0.0.1:UPSTREAM_PORT"]
[proxy.ca_files]
"127.0.0.1" = "UPSTREAM_CA"
`;

export interface PreparedUpstream {
  readonly place: UpstreamPlace;
  readonly configuration: string;
  readonly remove: () => Promise<void>;
}

/** A port, a certificate, and the configuration with both. */
export async function prepareUpstream(configuration: string): Promise<PreparedUpstream> {
  const directory = await temporaryDirectory("evil-upstream");
  const [port = 0] = await freePorts(1);
  const pair = await createSelfSigned(["127.0.0.1"]);
  const authority = join(directory, "ca.pem");
  await writeFile(authority, pair.certificate);
  return {
    place: { port, ...pair },
    configuration: configuration.replaceAll("UPSTREAM_PORT", String(port)).replaceAll("UPSTREAM_CA", authority),
    remove: () => removeDirectory(directory),
  };
}
