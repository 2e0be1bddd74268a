// SPDX-License-Identifier: Apache-2.0
import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import type { i18n } from "i18next";
import { type ReactNode, Suspense, useMemo } from "react";
import { I18nextProvider, useTranslation } from "react-i18next";
import { BrowserRouter } from "react-router";
import { ApiContext } from "../api/use-api.ts";
import { Loading } from "../components/loading.tsx";
import { Toasts } from "../components/toasts.tsx";
import type { Connection } from "./connection.ts";
import { Entrance } from "./entrance.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";
import { createFormat, FormatContext } from "./format.ts";
import { type FirstPage, FirstPageContext } from "./page-outlet.tsx";

interface AppProps {
  readonly languages: i18n;
  readonly connection: Connection;
  /** Of the link of the first start. */
  readonly setUpToken: string | undefined;
  /** The page of the address, when it has come already. */
  readonly first: FirstPage | undefined;
}

/** Everything, from what it shares down to the page. */
export function App({ languages, connection: { api, queries }, setUpToken, first }: AppProps) {
  return (
    <I18nextProvider i18n={languages}>
      {/* Base UI would write <style> elements, which the policy of the page forbids. */}
      <CSPProvider disableStyleElements>
        <QueryClientProvider client={queries}>
          <ApiContext value={api}>
            <BrowserRouter>
              <Formats>
                <Toasts>
                  <ErrorBoundary>
                    <Suspense fallback={<Loading />}>
                      <FirstPageContext value={first}>
                        <Entrance setUpToken={setUpToken} />
                      </FirstPageContext>
                    </Suspense>
                  </ErrorBoundary>
                </Toasts>
              </Formats>
            </BrowserRouter>
          </ApiContext>
        </QueryClientProvider>
      </CSPProvider>
    </I18nextProvider>
  );
}

/** The forms of numbers and times, made anew when the language changes. */
function Formats({ children }: { readonly children: ReactNode }) {
  const { language } = useTranslation().i18n;
  return <FormatContext value={useMemo(() => createFormat(language), [language])}>{children}</FormatContext>;
}
