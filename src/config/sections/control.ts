// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { section, setting } from "../setting.ts";
import { path } from "../values.ts";

export const control = section("How commands reach the running gateway.", {
  socket: setting({
    type: path,
    derive: ({ dataDirectory }) => join(dataDirectory, "control.sock"),
    derivedFrom: "control.sock in the data directory",
    help: "The Unix socket of the running gateway. Only its owner can connect.",
  }),
});
