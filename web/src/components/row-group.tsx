// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from "react";
import type { Column } from "./table.tsx";
import { useNearby } from "./use-nearby.ts";

/** So many rows are made and left out together: about what a screen has. */
export const rowsOfGroup = 25;

/** A row of one line; what stands for rows that were never seen is that high. */
const rowPx = 58;

/** The rows of a table in groups, each a `<tbody>`. */
export function groupsOf<Row>(rows: readonly Row[]): readonly Group<Row>[] {
  return Array.from({ length: Math.ceil(rows.length / rowsOfGroup) }, (_, group) => {
    const before = group * rowsOfGroup;
    return { before, rows: rows.slice(before, before + rowsOfGroup) };
  });
}

interface Group<Row> {
  readonly rows: readonly Row[];
  /** How many rows stand above. */
  readonly before: number;
}

interface RowGroupProps<Row> extends Group<Row> {
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
}

/** Rows that are there while they are on the screen or near it; far away an empty place of their height stands for them. */
export function RowGroup<Row>({ rows: given, columns, rowKey, before }: RowGroupProps<Row>) {
  const { box, far } = useNearby(before === 0);
  const rows = useSame(given);
  // Made anew only when one of them is another one: a table that grows by a page leaves the others as they are.
  const views = useMemo(
    () =>
      rows.map((row, index) => <RowView key={rowKey(row)} row={row} columns={columns} place={before + index + 2} />),
    [rows, columns, rowKey, before],
  );
  if (far === undefined) return <tbody ref={box}>{views}</tbody>;
  return (
    <tbody ref={box} aria-hidden="true">
      <tr className="table__away">
        {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label -- hidden, and no control */}
        <td colSpan={columns.length} style={{ height: far.heightPx ?? rows.length * rowPx }} />
      </tr>
    </tbody>
  );
}

/** The list of before, as long as the same things are in it. */
function useSame<Item>(given: readonly Item[]): readonly Item[] {
  const [kept, setKept] = useState(given);
  if (kept.length === given.length && kept.every((item, index) => item === given[index])) return kept;
  setKept(given);
  return given;
}

interface RowViewProps<Row> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  /** Counted from one, the headings being the first. */
  readonly place: number;
}

function RowView<Row>({ row, columns, place }: RowViewProps<Row>) {
  return (
    <tr aria-rowindex={place}>
      {columns.map(({ key, header, cell, numeric, main }) => {
        const className = numeric === true ? "table__number" : undefined;
        return main === true ? (
          <th key={key} scope="row" className="table__main">
            {cell(row)}
          </th>
        ) : (
          <td key={key} className={className} data-label={header}>
            {cell(row)}
          </td>
        );
      })}
    </tr>
  );
}
