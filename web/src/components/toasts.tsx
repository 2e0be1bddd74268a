// SPDX-License-Identifier: Apache-2.0
import { createContext, lazy, type ReactNode, Suspense, use, useCallback, useState } from "react";

type Say = (text: string) => void;

const SayContext = createContext<Say>(() => undefined);
const View = lazy(async () => ({ default: (await import("./toast-view.tsx")).ToastView }));

/** Says something in passing: it is read out, and goes by itself. What must be answered is a dialog. */
export function useToast(): Say {
  return use(SayContext);
}

export function Toasts({ children }: { readonly children: ReactNode }) {
  const [said, setSaid] = useState<readonly string[]>([]);
  const say = useCallback<Say>((text) => setSaid((before) => [...before, text]), []);
  return (
    <SayContext value={say}>
      {children}
      {said.length > 0 && (
        <Suspense fallback={null}>
          <View said={said} />
        </Suspense>
      )}
    </SayContext>
  );
}
