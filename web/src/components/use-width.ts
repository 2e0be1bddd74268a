// SPDX-License-Identifier: Apache-2.0
import { type RefCallback, useCallback, useState } from "react";

/** How wide an element is, in pixels; `usual` until it is on the screen. */
export function useWidth(usual: number): { readonly width: number; readonly measured: RefCallback<HTMLElement> } {
  const [width, setWidth] = useState(usual);
  const measured = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.max(Math.round(element.clientWidth), 200)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { width, measured };
}
