// SPDX-License-Identifier: Apache-2.0
import { Toast } from "@base-ui/react/toast";
import { createContext, type ReactNode, use, useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./icon.tsx";

type Say = (text: string) => void;

const SayContext = createContext<Say>(() => undefined);

/** Says something in passing: it is read out, and goes by itself. What must be answered is a dialog. */
export function useToast(): Say {
  return use(SayContext);
}

export function Toasts({ children }: { readonly children: ReactNode }) {
  return (
    <Toast.Provider>
      <Sayer>{children}</Sayer>
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Sayer({ children }: { readonly children: ReactNode }) {
  const { add } = Toast.useToastManager();
  const say = useCallback<Say>((text) => void add({ title: text }), [add]);
  return <SayContext value={say}>{children}</SayContext>;
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
