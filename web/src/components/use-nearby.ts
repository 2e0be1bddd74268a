// SPDX-License-Identifier: Apache-2.0
import { type RefCallback, useCallback, useState } from "react";

/** Twice a screen, above and below: nobody scrolls into what is not there yet. */
const margin = "200% 0px";

interface Far {
  /** `undefined`: it was never there. */
  readonly heightPx: number | undefined;
}

interface Nearby {
  readonly box: RefCallback<HTMLElement>;
  /** It is far from what is on the screen, and need not be there. */
  readonly far: Far | undefined;
}

/** Whether something is near what is on the screen. Where the keyboard is, it stays. */
export function useNearby(atOnce: boolean): Nearby {
  const [far, setFar] = useState<Far | undefined>(atOnce ? undefined : { heightPx: undefined });
  const box = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        const entry = entries.at(-1);
        if (entry === undefined) return;
        if (entry.isIntersecting) setFar(undefined);
        else if (!element.contains(document.activeElement))
          setFar((before) => before ?? { heightPx: entry.boundingClientRect.height });
      },
      { rootMargin: margin },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { box, far };
}
