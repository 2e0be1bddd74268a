// SPDX-License-Identifier: Apache-2.0
import type { ComponentType } from "react";
import { mailboxQuery } from "./api/mailbox.ts";
import { originsQuery } from "./api/mailbox-history.ts";
import { filterOf, mailboxesQuery } from "./api/mailboxes.ts";
import { activityQuery, firstRange, overviewQuery } from "./api/overview.ts";
import type { Scope } from "./api/session.ts";
import type { Connection } from "./app/connection.ts";

export interface LoadedPage {
  readonly Page: ComponentType;
}

/**
 * Every page, in one table. To add one:
 *
 * 1. make `pages/<name>/page.tsx` that exports a component `Page`, beginning with `<PageHeader title=…>`;
 * 2. put its texts into `pages/<name>/texts.en.json` and `texts.de.json`, read with `useTranslation("<name>")`;
 * 3. add one line here. Its title is `pages.<name>` in `texts/frame.<language>.json`; those of the planned pages are there.
 *
 * `place` puts it into the navigation: `main` into the first one, `mailbox` into the tabs of a mailbox, whose path has `:id`.
 * A page of one mailbox stands inside `<MailboxFrame>` (`app/mailbox-frame.tsx`), which fetches it and shows heading and tabs.
 * Who lacks `scope` sees neither the entry nor the page.
 */
export interface PageEntry {
  readonly name: string;
  readonly path: string;
  readonly scope?: Scope;
  readonly place?: "main" | "mailbox";
  /** Asks for what the page will ask for, while its code is on its way. A page that is opened often has it. */
  readonly expect?: (connection: Connection, address: { readonly id: string; readonly search: string }) => void;
  readonly load: () => Promise<LoadedPage>;
}

export const pages: readonly PageEntry[] = [
  {
    name: "overview",
    path: "/overview",
    scope: "status:read",
    place: "main",
    expect: ({ api, queries }) => {
      void queries.prefetchQuery(overviewQuery(api));
      void queries.prefetchQuery(activityQuery(api, firstRange));
    },
    load: () => import("./pages/overview/page.tsx"),
  },
  {
    name: "mailboxes",
    path: "/mailboxes",
    scope: "mailboxes:read",
    place: "main",
    expect: ({ api, queries }, { search }) => {
      void queries.prefetchInfiniteQuery(mailboxesQuery(api, filterOf(new URLSearchParams(search))));
    },
    load: () => import("./pages/mailboxes/page.tsx"),
  },
  {
    name: "mailbox",
    path: "/mailboxes/:id",
    scope: "mailboxes:read",
    place: "mailbox",
    expect: ({ api, queries }, { id }) => {
      void queries.prefetchQuery(mailboxQuery(api, id));
      void queries.prefetchQuery(activityQuery(api, firstRange, id));
      void queries.prefetchQuery(originsQuery(api, id));
    },
    load: () => import("./pages/mailbox-glance/page.tsx"),
  },
  {
    name: "set-up-sheet",
    path: "/mailboxes/:id/set-up",
    scope: "mailboxes:read",
    place: "mailbox",
    load: () => import("./pages/set-up-sheet/page.tsx"),
  },
  {
    name: "mailbox-ledger",
    path: "/mailboxes/:id/ledger",
    scope: "mailboxes:read",
    place: "mailbox",
    load: () => import("./pages/mailbox-ledger/page.tsx"),
  },
  {
    name: "mailbox-refusals",
    path: "/mailboxes/:id/refusals",
    scope: "mailboxes:read",
    place: "mailbox",
    load: () => import("./pages/mailbox-refusals/page.tsx"),
  },
  {
    name: "mailbox-test",
    path: "/mailboxes/:id/test",
    scope: "mailboxes:write",
    place: "mailbox",
    load: () => import("./pages/mailbox-test/page.tsx"),
  },
  {
    name: "mailbox-settings",
    path: "/mailboxes/:id/settings",
    scope: "mailboxes:read",
    place: "mailbox",
    load: () => import("./pages/mailbox-settings/page.tsx"),
  },
  {
    name: "activity",
    path: "/activity",
    scope: "events:read",
    place: "main",
    load: () => import("./pages/activity/page.tsx"),
  },
  {
    name: "audit",
    path: "/audit",
    scope: "audit:read",
    place: "main",
    load: () => import("./pages/audit/page.tsx"),
  },
  {
    name: "settings",
    path: "/settings",
    scope: "settings:read",
    place: "main",
    load: () => import("./pages/settings/page.tsx"),
  },
  {
    name: "certificate",
    path: "/certificate",
    scope: "settings:read",
    place: "main",
    load: () => import("./pages/certificate/page.tsx"),
  },
  {
    name: "administrators",
    path: "/administrators",
    scope: "administrators:read",
    place: "main",
    load: () => import("./pages/administrators/page.tsx"),
  },
  {
    name: "account",
    path: "/account",
    place: "main",
    load: () => import("./pages/account/page.tsx"),
  },
  {
    name: "api-reference",
    path: "/api-reference",
    place: "main",
    load: () => import("./pages/api-reference/page.tsx"),
  },
];
