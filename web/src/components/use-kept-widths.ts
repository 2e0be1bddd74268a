// SPDX-License-Identifier: Apache-2.0
import { type RefObject, useLayoutEffect } from "react";

/**
 * Keeps the columns of a long table as wide as they are when its first rows are there: the browser makes them as wide as the
 * rows that are in the page need, and these change while somebody scrolls. Measured anew when the table gets another width, or
 * other headings.
 */
export function useKeptWidths(head: RefObject<HTMLTableRowElement | null>, long: boolean, headings: string): void {
  useLayoutEffect(() => {
    const table = head.current?.closest("table");
    const outer = table?.parentElement;
    if (!long || headings === "" || table === null || table === undefined || outer === null || outer === undefined)
      return undefined;
    let measuredAt = -1;
    const observer = new ResizeObserver(() => {
      if (outer.clientWidth === measuredAt) return;
      measuredAt = outer.clientWidth;
      release(table);
      keep(table);
    });
    observer.observe(outer);
    return () => {
      observer.disconnect();
      release(table);
    };
  }, [head, long, headings]);
}

const kept = "table--even";

function keep(table: HTMLTableElement): void {
  const widths = Array.from(table.tHead?.rows[0]?.cells ?? [], (cell) => cell.getBoundingClientRect().width);
  for (const [index, column] of [...table.querySelectorAll("col")].entries())
    column.style.width = `${widths[index] ?? 0}px`;
  table.classList.add(kept);
}

function release(table: HTMLTableElement): void {
  table.classList.remove(kept);
  for (const column of table.querySelectorAll("col")) column.style.width = "";
}
