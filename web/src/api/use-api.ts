// SPDX-License-Identifier: Apache-2.0
import { createContext, use } from "react";
import type { Api } from "./api.ts";

export const ApiContext = createContext<Api | undefined>(undefined);

/** The client of the API. */
export function useApi(): Api {
  const api = use(ApiContext);
  if (api === undefined) throw new Error("no API around this component");
  return api;
}
