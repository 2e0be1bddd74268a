// SPDX-License-Identifier: Apache-2.0
import { Toast } from "@base-ui/react/toast";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./icon.tsx";

/** What was said since the page was loaded, shown for a while each; `toasts.tsx` fetches this with the first of them. */
export function ToastView({ said }: { readonly said: readonly string[] }) {
  return (
    <Toast.Provider>
      <Sayer said={said} />
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Sayer({ said }: { readonly said: readonly string[] }) {
  const { add } = Toast.useToastManager();
  const shown = useRef(0);
  useEffect(() => {
    for (const title of said.slice(shown.current)) add({ title });
    shown.current = said.length;
  }, [add, said]);
  return null;
}

function List() {
  const { t } = useTranslation();
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="toast">
      {/* Its name, so that a screen reader does not meet a dialog without one. */}
      <Toast.Title className="toast__text" render={<p />} />
      <Toast.Close className="button button--quiet button--icon" aria-label={t("close")}>
        <Icon name="close" />
      </Toast.Close>
    </Toast.Root>
  ));
}
