// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./icon.tsx";
import { groupsOf, RowGroup, rowsOfGroup } from "./row-group.tsx";
import { useKeptWidths } from "./use-kept-widths.ts";

export interface Column<Row> {
  readonly key: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers stand to the right. */
  readonly numeric?: boolean;
  /** The whole row is about this cell. One column has it. */
  readonly main?: boolean;
  /** It gets a good part of the width, the same before the rows come as after. */
  readonly wide?: boolean;
  /** It can be sorted by, under this name. */
  readonly sort?: string;
}

export interface Sorting {
  readonly by: string;
  readonly order: "asc" | "desc";
}

interface TableProps<Row> {
  /** What it lists; read out, and shown when the table stands alone. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  /** `undefined`: not there yet. */
  readonly rows: readonly Row[] | undefined;
  readonly rowKey: (row: Row) => string;
  readonly empty: ReactNode;
  readonly sorting?: Sorting;
  readonly onSort?: (sorting: Sorting) => void;
  /** Rows of the skeleton, so that nothing jumps when the real ones come. */
  readonly expectedRows?: number;
  /** How many there are, when only some of them are here yet. */
  readonly total?: number | undefined;
  /** What is shown is of before; the new one is on its way. */
  readonly stale?: boolean;
}

/** A table; on a phone each row is a card with its headings. */
export function Table<Row>(props: TableProps<Row>) {
  const { caption, columns, rows, rowKey, empty, stale = false, total } = props;
  const id = useId();
  const head = useRef<HTMLTableRowElement>(null);
  const headings = columns.map(({ header }) => header).join("\n");
  useKeptWidths(head, rows !== undefined && rows.length > rowsOfGroup, headings);
  if (rows !== undefined && rows.length === 0) return <>{empty}</>;
  return (
    // Keyboards scroll it sideways when it is wider than the screen.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable (WCAG 2.1.1)
    <div className="table-scroll" role="region" aria-labelledby={id} tabIndex={0}>
      <table
        className="table"
        aria-busy={rows === undefined || stale}
        aria-rowcount={total === undefined ? undefined : total + 1}
      >
        <caption id={id} className="visually-hidden">
          {caption}
        </caption>
        <colgroup>
          {columns.map(({ key }) => (
            <col key={key} />
          ))}
        </colgroup>
        <thead>
          <tr ref={head}>
            {columns.map((column) => (
              <Heading key={column.key} column={column} {...sortingOf(props)} />
            ))}
          </tr>
        </thead>
        {rows === undefined ? (
          <tbody>
            <Skeleton columns={columns.length} rows={props.expectedRows ?? 6} />
          </tbody>
        ) : (
          groupsOf(rows).map((group) => <RowGroup key={group.before} {...group} columns={columns} rowKey={rowKey} />)
        )}
      </table>
    </div>
  );
}

function sortingOf<Row>({ sorting, onSort }: TableProps<Row>): Pick<HeadingProps, "sorting" | "onSort"> {
  return { ...(sorting === undefined ? {} : { sorting }), ...(onSort === undefined ? {} : { onSort }) };
}

interface HeadingProps {
  readonly column: Pick<Column<never>, "header" | "numeric" | "sort" | "wide">;
  readonly sorting?: Sorting;
  readonly onSort?: (sorting: Sorting) => void;
}

function Heading({ column: { header, numeric, sort, wide }, sorting, onSort }: HeadingProps) {
  const { t } = useTranslation();
  const className = numeric === true ? "table__number" : wide === true ? "table__wide" : undefined;
  if (sort === undefined || onSort === undefined) {
    return (
      <th scope="col" className={className}>
        {header}
      </th>
    );
  }
  const order = sorting?.by === sort ? sorting.order : undefined;
  const ariaSort = order === undefined ? "none" : order === "asc" ? "ascending" : "descending";
  return (
    <th scope="col" className={className} aria-sort={ariaSort}>
      <button
        type="button"
        className="table__sort"
        onClick={() => onSort({ by: sort, order: order === "asc" ? "desc" : "asc" })}
      >
        {header}
        {order !== undefined && (
          <span className="table__order" title={t(order === "asc" ? "sortedAscending" : "sortedDescending")}>
            <Icon name={order === "asc" ? "up" : "down"} />
          </span>
        )}
      </button>
    </th>
  );
}

function Skeleton({ columns, rows }: { readonly columns: number; readonly rows: number }) {
  return Array.from({ length: rows }, (_row, row) => (
    <tr key={row} aria-hidden="true">
      {Array.from({ length: columns }, (_column, column) => (
        // oxlint-disable-next-line jsx-a11y/control-has-associated-label -- hidden, and no control
        <td key={column}>
          <span className="skeleton" />
        </td>
      ))}
    </tr>
  ));
}
