// SPDX-License-Identifier: Apache-2.0
import { hostName, httpsUrl, listenAddress, mailAddress } from "../network-values.ts";
import { optional, section, setting } from "../setting.ts";
import { invalid, valid } from "../units.ts";
import { choice, flag, list, path, text } from "../values.ts";

/** Goes into a signed request as it is. */
const keyId = text("key identifier", (value) =>
  /^[\x21-\x7e]{1,255}$/.test(value) ? valid(value) : invalid("key-id"),
);

export const acme = section(
  "A certificate that an authority issues and the gateway renews by itself (ACME, RFC 8555). It takes the place of the self-signed one; tls.certificate_file wins over it.",
  {
    enabled: setting({
      type: flag,
      default: false,
      reload: "live",
      help: "Whether the certificate is asked for and renewed by itself.",
    }),
    directory_url: setting({
      type: httpsUrl,
      default: "https://acme-v02.api.letsencrypt.org/directory",
      reload: "live",
      help: "The authority's directory.",
    }),
    agree_terms: setting({
      type: flag,
      default: false,
      reload: "live",
      help: "Whether you agree to the authority's terms of use. Nothing is issued before.",
    }),
    contact: setting({
      type: list(mailAddress),
      default: [],
      reload: "live",
      help: "Addresses at which the authority may reach you.",
    }),
    names: setting({
      type: list(hostName),
      default: [],
      reload: "live",
      help: "Names in the certificate, each of which must lead to this machine; empty means gateway.host_name.",
    }),
    eab_key_id: setting({
      type: optional(keyId),
      derivedFrom: "none; most authorities want no account of their website",
      reload: "live",
      help: "For an authority that wants an account of its website (external account binding, RFC 8555 §7.3.4): the identifier of the key that it shows there.",
    }),
    eab_hmac_file: setting({
      type: optional(path),
      derivedFrom: "none; belongs to the key identifier",
      help: "A file with the HMAC key for acme.eab_key_id alone in it, in base64url as the authority shows it. It is read for each order.",
    }),
    challenge: setting({
      type: choice("http-01", "tls-alpn-01"),
      default: "http-01",
      reload: "live",
      help: "How the authority sees that the names are yours: it calls port 80 (http-01, RFC 8555 §8.3) or port 443 (tls-alpn-01, RFC 8737).",
    }),
    http_listen: setting({
      type: list(listenAddress, 1),
      default: ["*:80"],
      reload: "live",
      help: "Where the call for http-01 is answered. It is open while a certificate is asked for, and answers nothing else.",
    }),
    tls_listen: setting({
      type: list(listenAddress, 1),
      default: ["*:443"],
      reload: "live",
      help: "The same for tls-alpn-01.",
    }),
    ca_file: setting({
      type: optional(path),
      derivedFrom: "the authorities that Node.js trusts",
      help: "For a directory of your own: the authority of its HTTPS certificate in PEM.",
    }),
  },
);
