// SPDX-License-Identifier: Apache-2.0
import { httpsUrl, mailAddress, target } from "../network-values.ts";
import { optional, section, setting } from "../setting.ts";
import { invalid, valid } from "../units.ts";
import { choice, duration, list, path, text } from "../values.ts";

/** Goes into a SASL exchange: no control characters. */
const userName = text("user name", (value) =>
  /^[^\p{Cc}]{1,255}$/u.test(value) ? valid(value) : invalid("user-name"),
);

export const notify = section(
  "Notices to administrators when something is wrong, and when it is well again: by e-mail, by a webhook, or both. Nothing is sent unless an address or a webhook is set.",
  {
    email_to: setting({
      type: list(mailAddress),
      default: [],
      reload: "live",
      help: "Who gets notices by e-mail; empty: nobody. Choose mailboxes that do not depend on this gateway.",
    }),
    email_from: setting({
      type: optional(mailAddress),
      derivedFrom: "postern@ with gateway.host_name",
      reload: "live",
      help: "The sender of notices, in the header field From and in the envelope.",
    }),
    smtp_server: setting({
      type: optional(target),
      derivedFrom: "none; e-mail needs one",
      reload: "live",
      heldBy: "notify.smtp_password_file",
      help: "The mail server that takes notices, as host:port. Without a port: 587 with STARTTLS, 465 with implicit TLS.",
    }),
    smtp_security: setting({
      type: choice("starttls", "implicit"),
      default: "starttls",
      reload: "live",
      help: "TLS after STARTTLS (RFC 3207), or from the first octet (RFC 8314 §3.3). The server's certificate is verified; a server without TLS gets nothing.",
    }),
    smtp_user: setting({
      type: optional(userName),
      derivedFrom: "none; nobody signs in",
      reload: "live",
      help: "The name to sign in with at the mail server; its password is in notify.smtp_password_file.",
    }),
    smtp_password_file: setting({
      type: optional(path),
      derivedFrom: "none; nobody signs in",
      help: "A file with the password for notify.smtp_user alone in it. It is read for each notice, so a new password works at once.",
    }),
    webhook_url: setting({
      type: optional(httpsUrl),
      derivedFrom: "none; no webhook is called",
      reload: "live",
      help: "Where notices are sent as JSON by POST, over HTTPS with a verified certificate. Redirects are not followed.",
    }),
    webhook_secret_file: setting({
      type: optional(path),
      derivedFrom: "none; requests are not signed",
      help: "A file with the secret that signs each request (HMAC-SHA-256), so that the receiver knows who sent it. It is read for each notice.",
    }),
    ca_file: setting({
      type: optional(path),
      derivedFrom: "the authorities that this machine trusts",
      help: "For a mail server or a webhook with a certificate from an authority of your own: the authority's certificate in PEM. It counts besides the others.",
    }),
    kinds: setting({
      type: list(choice("store", "disk", "certificate", "not-pulled", "quiet", "errors")),
      default: ["store", "disk", "certificate", "not-pulled", "quiet", "errors"],
      reload: "live",
      help: 'What notices are sent of: "store" cannot write, "disk" almost full, "certificate" ends within 14 days or cannot be renewed, mailboxes "not-pulled" or gone "quiet", and other "errors" of the log.',
    }),
    not_pulled_after: setting({
      type: duration("1 h", "90 d"),
      field: "notPulledAfterMs",
      default: "3 d",
      reload: "live",
      help: "How long mail may wait in a mailbox before a notice says that nobody pulls it.",
    }),
    quiet_after: setting({
      type: duration("1 h", "90 d"),
      field: "quietAfterMs",
      default: "3 d",
      reload: "live",
      help: "How long a mailbox that used to receive mail may receive none before a notice says so. The default is longer than a weekend.",
    }),
  },
);
