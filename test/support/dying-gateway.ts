// SPDX-License-Identifier: Apache-2.0
import { runGateway } from "../../src/cli/run-gateway.ts";

// `postern serve`, but for a fault of its store. Arguments: the configuration file, the fault as JSON.
await runGateway(
  process,
  { json: true, config: process.argv[2] ?? "" },
  { storeFaults: [JSON.parse(process.argv[3] ?? "")] },
);
