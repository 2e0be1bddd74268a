// SPDX-License-Identifier: Apache-2.0
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { Icon } from "../components/icon.tsx";
import { useOnceOpen } from "../components/use-once-open.ts";
import { PageOutlet } from "./page-outlet.tsx";
import { Brand, SideBar } from "./side-bar.tsx";
import { useIdleSignOut } from "./use-idle-sign-out.ts";

const Drawer = lazy(async () => ({ default: (await import("./drawer.tsx")).Drawer }));

/** What surrounds every page: the way to the others, and who is signed in. */
export function Shell() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  useIdleSignOut();
  // Open on the page where it was opened: going to another one closes it.
  const [menuOpenAt, setMenuOpenAt] = useState<string>();
  const menuOpen = menuOpenAt === pathname;
  const wasMenuOpen = useOnceOpen(menuOpen);
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        {t("skip")}
      </a>
      <aside className="shell__side">
        <SideBar />
      </aside>
      <header className="shell__bar">
        <button
          type="button"
          className="button button--quiet button--icon"
          aria-label={t("menu")}
          aria-haspopup="dialog"
          aria-expanded={menuOpen}
          onClick={() => setMenuOpenAt(pathname)}
        >
          <Icon name="menu" />
        </button>
        {wasMenuOpen && (
          <Suspense fallback={null}>
            <Drawer open={menuOpen} onClose={() => setMenuOpenAt(undefined)} />
          </Suspense>
        )}
        <Brand />
      </header>
      <main className="shell__main" id="content" tabIndex={-1}>
        <PageOutlet />
      </main>
    </div>
  );
}
