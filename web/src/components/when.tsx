// SPDX-License-Identifier: Apache-2.0
import { useFormat } from "../app/format.ts";

/** How long ago, with the time itself for whoever points at it. */
export function When({ at, none }: { readonly at: string | null; readonly none: string }) {
  const { ago, dateTime } = useFormat();
  if (at === null) return <span className="soft">{none}</span>;
  return (
    <time className="nowrap" dateTime={at} title={dateTime(at)}>
      {ago(at)}
    </time>
  );
}
