// SPDX-License-Identifier: Apache-2.0
import { peer } from "../network-values.ts";
import { section, setting } from "../setting.ts";
import { list } from "../values.ts";

export const smtp = section("Who may deliver.", {
  allowed_peers: setting({
    type: list(peer),
    default: [],
    reload: "live",
    help: 'Addresses, ranges (192.0.2.0/24) and presets ("microsoft365", "google") that may deliver to any mailbox; empty lets all in. Mailboxes can have a list of their own; a peer must stand in both.',
  }),
});
