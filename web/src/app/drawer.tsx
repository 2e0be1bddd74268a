// SPDX-License-Identifier: Apache-2.0
import { Dialog } from "@base-ui/react/dialog";
import { useTranslation } from "react-i18next";
import { Icon } from "../components/icon.tsx";
import { SideBar } from "./side-bar.tsx";

interface DrawerProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

/** The navigation of a phone, in front of the page; fetched when it is first opened. */
export function Drawer({ open, onClose }: DrawerProps) {
  const { t } = useTranslation();
  return (
    <Dialog.Root open={open} onOpenChange={(wanted) => !wanted && onClose()}>
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
  );
}
