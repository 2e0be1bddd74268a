// SPDX-License-Identifier: Apache-2.0
import { lazy, Suspense } from "react";
import { useOnceOpen } from "../../components/use-once-open.ts";
import type { CreateDialogProps } from "./create-view.tsx";

const View = lazy(async () => ({ default: (await import("./create-view.tsx")).CreateView }));

/** Name in, password out; then on to what the sending server and the archive must know. */
export function CreateDialog(props: CreateDialogProps) {
  if (!useOnceOpen(props.open)) return null;
  return (
    <Suspense fallback={null}>
      <View {...props} />
    </Suspense>
  );
}
