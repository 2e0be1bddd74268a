// SPDX-License-Identifier: Apache-2.0
import { hostname } from "node:os";
import { limits } from "../../base/limits.ts";
import { hostName, isHostName } from "../network-values.ts";
import { section, setting } from "../setting.ts";
import { countOrAuto, list, path } from "../values.ts";

export const gateway = section("The gateway itself.", {
  data_directory: setting({
    type: path,
    default: "postern-data",
    help: "Where everything is kept: messages, index, mailboxes, a self-signed certificate. One gateway per directory.",
  }),
  host_name: setting({
    type: hostName,
    derive: () => (isHostName(hostname()) ? hostname().toLowerCase() : "localhost"),
    derivedFrom: "the name of this machine",
    help: "The name in greetings, in the self-signed certificate and in trace lines. Peers must be able to resolve it.",
  }),
  threads: setting({
    type: countOrAuto({ min: 1, max: limits.networkThreads }),
    default: "auto",
    help: 'How many threads serve connections, on the same ports. "auto": one for every two cores. More than one needs Linux, FreeBSD, illumos or AIX.',
  }),
  domains: setting({
    type: list(hostName, 1),
    default: ["postern.localhost"],
    reload: "live",
    help: "The domains of mailbox addresses (mailbox-id@domain). The first one is shown; mail for other domains is refused.",
  }),
});
