// SPDX-License-Identifier: Apache-2.0
import { optional, section, setting } from "../setting.ts";
import { choice, path } from "../values.ts";

export const tls = section("The certificate that all listeners show.", {
  certificate_file: setting({
    type: optional(path),
    derivedFrom: "a self-signed certificate, made in the data directory",
    help: "The certificate chain in PEM, the gateway's own certificate first. A renewed file is taken within a minute, and at once at SIGHUP; one that cannot be used leaves the old certificate in place.",
  }),
  key_file: setting({
    type: optional(path),
    derivedFrom: "belongs to the certificate",
    help: "The private key of the certificate in PEM.",
  }),
  minimum_version: setting({
    type: choice("TLSv1.2", "TLSv1.3"),
    default: "TLSv1.2",
    help: "The oldest TLS version that is spoken (RFC 8996 forbids what is older than 1.2).",
  }),
});
