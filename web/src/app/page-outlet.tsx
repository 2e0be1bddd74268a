// SPDX-License-Identifier: Apache-2.0
import { type ComponentType, createContext, lazy, Suspense, use, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, Route, Routes, useLocation } from "react-router";
import { mustAddFactor, usePerson } from "../api/session.ts";
import { EmptyState } from "../components/empty-state.tsx";
import { Loading } from "../components/loading.tsx";
import { type PageEntry, pages } from "../pages.ts";
import { ErrorBoundary } from "./error-boundary.tsx";
import { loadPage } from "./expect-page.ts";
import { useOpenPages } from "./open-pages.ts";

const components: ReadonlyMap<PageEntry, ComponentType> = new Map(
  pages.map((entry) => [entry, lazy(async () => ({ default: (await loadPage(entry)).Page }))]),
);

/** A page that was there before anything was shown. */
export interface FirstPage {
  readonly entry: PageEntry;
  readonly Page: ComponentType;
}

export const FirstPageContext = createContext<FirstPage | undefined>(undefined);

/** The page of the address, fetched when it is first asked for. */
export function PageOutlet() {
  const open = useOpenPages();
  const person = usePerson();
  const there = use(FirstPageContext);
  const { pathname } = useLocation();
  useFocusOnChange(pathname);
  const home = open.find(({ place }) => place === "main")?.path;
  return (
    <ErrorBoundary resetKey={pathname}>
      <Suspense fallback={<Loading />}>
        <Routes>
          {open.map((entry) => (
            <Route
              key={entry.name}
              path={entry.path}
              Component={(entry === there?.entry ? there.Page : components.get(entry)) ?? NotFound}
            />
          ))}
          {home !== undefined && <Route path="/" element={<Navigate to={home} replace />} />}
          <Route
            path="*"
            element={mustAddFactor(person) && home !== undefined ? <Navigate to={home} /> : <NotFound />}
          />
        </Routes>
      </Suspense>
    </ErrorBoundary>
  );
}

/** A screen reader reads on where the new page begins, and the keyboard goes on from there. */
function useFocusOnChange(pathname: string): void {
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    const content = document.querySelector<HTMLElement>("#content");
    content?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [pathname]);
}

function NotFound() {
  const { t } = useTranslation();
  return (
    <EmptyState title={t("notFoundTitle")} text={t("notFoundText")} heading="h1">
      <Link className="button button--primary" to="/">
        {t("home")}
      </Link>
    </EmptyState>
  );
}
