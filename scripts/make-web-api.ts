// SPDX-License-Identifier: Apache-2.0
/** Makes the types of the console's API client from the description that a gateway serves of itself. */
import { ApiWorld } from "../test/support/api-world.ts";
import { makePages } from "./generated-pages.ts";
import { apiTypes } from "./openapi-types.ts";

if (import.meta.main) {
  const world = await ApiWorld.start();
  try {
    const { body } = await world.client().call("GET", "openapi.json");
    makePages([{ path: "web/src/api/schema.ts", text: apiTypes(body) }]);
  } finally {
    await world.stop();
  }
}
