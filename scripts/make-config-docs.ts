// SPDX-License-Identifier: Apache-2.0
/** Makes the manual page and the example of the configuration from its schema. */
import { configurationManual, exampleConfiguration } from "../src/config/example.ts";
import { makePages } from "./generated-pages.ts";

if (import.meta.main) {
  makePages([
    { path: "docs/configuration.md", text: configurationManual() },
    { path: "examples/postern.toml", text: exampleConfiguration() },
  ]);
}
