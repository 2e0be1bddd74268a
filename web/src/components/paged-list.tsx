// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";
import { ListEnd, type ListEndProps } from "./list-end.tsx";
import { Problem } from "./problem.tsx";

interface PagedListProps extends ListEndProps {
  readonly list: ListEndProps["list"] & {
    readonly isError: boolean;
    readonly error: Error | null;
    readonly refetch: () => Promise<unknown>;
    readonly data: unknown;
  };
  /** The table. */
  readonly children: ReactNode;
}

/** A table that comes page by page: why it did not come, or the table, and below it how much of it is here. */
export function PagedList({ children, ...end }: PagedListProps) {
  const { isError, error, refetch, data } = end.list;
  // What is there stays when the newest could not be fetched.
  if (isError && data === undefined) return <Problem error={error} retry={() => void refetch()} />;
  return (
    <>
      {children}
      <ListEnd {...end} />
    </>
  );
}
