// SPDX-License-Identifier: Apache-2.0
import { certificatePin, target, targetPattern } from "../network-values.ts";
import { section, setting } from "../setting.ts";
import { flag, list, path, table } from "../values.ts";

export const proxy = section("The recording proxy between mail clients and their own server.", {
  enabled: setting({
    type: flag,
    default: true,
    help: "Whether user names of the form user%server%mailbox-id are taken.",
  }),
  allowed_targets: setting({
    type: list(targetPattern),
    default: ["public"],
    reload: "live",
    help: 'Servers that may be connected to: host names, "*.example.com", addresses and ranges, each with :port if wanted. "public" means every server with a public address on the mail ports. Private networks only when listed.',
  }),
  ca_files: setting({
    type: table("server", target, path),
    default: {},
    help: "For servers whose certificate comes from an authority of your own: the authority's certificate in PEM.",
  }),
  pins: setting({
    type: table("server", target, certificatePin),
    default: {},
    help: "For servers with a self-signed certificate: the SHA-256 fingerprint that it must have.",
  }),
});
