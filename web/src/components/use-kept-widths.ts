// SPDX-License-Identifier: Apache-2.0
import { type RefObject, useLayoutEffect, useState } from "react";

/**
 * The widths that the columns of a long table had when its first rows were there: the browser makes columns as wide as the
 * rows that are in the page need, and these change while somebody scrolls. Measured anew when the table is given another width.
 */
export function useKeptWidths(
  head: RefObject<HTMLTableRowElement | null>,
  long: boolean,
): readonly number[] | undefined {
  const [kept, setKept] = useState<{ readonly widths: readonly number[]; readonly of: number }>();
  const [outerWidth, setOuterWidth] = useState(0);
  useLayoutEffect(() => {
    const outer = head.current?.closest(".table-scroll");
    if (!long || outer === null || outer === undefined) return undefined;
    const observer = new ResizeObserver(() => setOuterWidth(outer.clientWidth));
    observer.observe(outer);
    return () => observer.disconnect();
  }, [head, long]);
  const fits = kept !== undefined && kept.of === outerWidth;
  useLayoutEffect(() => {
    if (!long || fits || outerWidth === 0 || head.current === null) return;
    const widths = [...head.current.cells].map((cell) => cell.getBoundingClientRect().width);
    setKept({ widths, of: outerWidth });
  }, [head, long, fits, outerWidth]);
  return long && fits ? kept.widths : undefined;
}
