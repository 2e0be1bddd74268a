// SPDX-License-Identifier: Apache-2.0
import { runGateway } from "../../src/cli/run-gateway.ts";

// `postern serve`, but for a store thread that dies at its first commit. Argument: the configuration file.
await runGateway(
  process,
  { json: true, config: process.argv[2] ?? "" },
  { storeFaults: [{ operation: "index-commit", from: 1, times: 1, code: "crash" }] },
);
