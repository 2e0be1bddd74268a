// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "./base/clock.ts";
import { parseMailboxId } from "./base/ids.ts";
import type { CertificateDesk } from "./certificate/certificate-desk.ts";
import type { Configuration } from "./config/schema.ts";
import type { Gateway } from "./gateway.ts";
import { EmailChannel } from "./notify/email-channel.ts";
import { NoticeDesk } from "./notify/notice-desk.ts";
import { Watch } from "./notify/watch.ts";
import { WebhookChannel } from "./notify/webhook-channel.ts";
import type { EventFeed } from "./observe/event-feed.ts";
import type { Log } from "./observe/log.ts";
import { type Resolver, systemResolver } from "./upstream/resolve.ts";

export interface NotifyParts {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly log: Log;
  readonly feed: EventFeed;
  readonly certificates: CertificateDesk;
  readonly resolver?: Resolver | undefined;
}

/** Notices of a gateway to its administrators. */
export function noticeDesk(
  gateway: Pick<Gateway, "mailboxes" | "store" | "certificate" | "ports">,
  { configuration, clock, log, feed, certificates, resolver = systemResolver() }: NotifyParts,
): NoticeDesk {
  const { mailboxes, store } = gateway;
  return new NoticeDesk({
    configuration,
    clock,
    log,
    watch: new Watch({
      configuration,
      clock,
      store,
      mailboxes,
      certificates,
      certificate: () => gateway.certificate,
      feed,
    }),
    channels: {
      email: new EmailChannel({ configuration, clock, resolver }),
      webhook: new WebhookChannel({ configuration }),
    },
    consoleUrl: () => {
      const port = gateway.ports.find(({ service }) => service === "console")?.port;
      return port === undefined ? undefined : `https://${configuration.gateway.hostName}:${port}/`;
    },
    mailboxName: (id) => {
      const known = parseMailboxId(id);
      return known === undefined ? undefined : mailboxes.find(known)?.name;
    },
  });
}
