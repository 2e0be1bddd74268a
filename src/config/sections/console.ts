// SPDX-License-Identifier: Apache-2.0
import { section, setting } from "../setting.ts";
import { flag } from "../values.ts";

export const console = section("Who signs in to the console.", {
  require_second_factor: setting({
    type: flag,
    default: false,
    reload: "live",
    help: "Administrators without a second factor can do nothing but add one. Tokens of the API work as before.",
  }),
});
