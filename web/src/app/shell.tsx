// SPDX-License-Identifier: Apache-2.0
import { Dialog } from "@base-ui/react/dialog";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { Icon } from "../components/icon.tsx";
import { PageOutlet } from "./page-outlet.tsx";
import { Brand, SideBar } from "./side-bar.tsx";
import { useIdleSignOut } from "./use-idle-sign-out.ts";

/** What surrounds every page: the way to the others, and who is signed in. */
export function Shell() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  useIdleSignOut();
  // Open on the page where it was opened: going to another one closes it.
  const [menuOpenAt, setMenuOpenAt] = useState<string>();
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        {t("skip")}
      </a>
      <aside className="shell__side">
        <SideBar />
      </aside>
      <header className="shell__bar">
        <Dialog.Root open={menuOpenAt === pathname} onOpenChange={(open) => setMenuOpenAt(open ? pathname : undefined)}>
          <Dialog.Trigger className="button button--quiet button--icon" aria-label={t("menu")}>
            <Icon name="menu" />
          </Dialog.Trigger>
          <Dialog.Portal>
            <Dialog.Backdrop className="backdrop" />
            <Dialog.Popup className="drawer" aria-label={t("navigation")}>
              <Dialog.Close className="button button--quiet button--icon drawer__close" aria-label={t("closeMenu")}>
                <Icon name="close" />
              </Dialog.Close>
              <SideBar />
            </Dialog.Popup>
          </Dialog.Portal>
        </Dialog.Root>
        <Brand />
      </header>
      <main className="shell__main" id="content" tabIndex={-1}>
        <PageOutlet />
      </main>
    </div>
  );
}
