// SPDX-License-Identifier: Apache-2.0
import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import type { i18n } from "i18next";
import { Suspense } from "react";
import { I18nextProvider } from "react-i18next";
import { BrowserRouter } from "react-router";
import { ApiContext } from "../api/use-api.ts";
import { Loading } from "../components/loading.tsx";
import { Toasts } from "../components/toasts.tsx";
import type { Connection } from "./connection.ts";
import { Entrance } from "./entrance.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";

interface AppProps {
  readonly languages: i18n;
  readonly connection: Connection;
  /** Of the link of the first start. */
  readonly setUpToken: string | undefined;
}

/** Everything, from what it shares down to the page. */
export function App({ languages, connection: { api, queries }, setUpToken }: AppProps) {
  return (
    <I18nextProvider i18n={languages}>
      {/* Base UI would write <style> elements, which the policy of the page forbids. */}
      <CSPProvider disableStyleElements>
        <QueryClientProvider client={queries}>
          <ApiContext value={api}>
            <BrowserRouter>
              <Toasts>
                <ErrorBoundary>
                  <Suspense fallback={<Loading />}>
                    <Entrance setUpToken={setUpToken} />
                  </Suspense>
                </ErrorBoundary>
              </Toasts>
            </BrowserRouter>
          </ApiContext>
        </QueryClientProvider>
      </CSPProvider>
    </I18nextProvider>
  );
}
