// SPDX-License-Identifier: Apache-2.0
import type { PointerEvent } from "react";
import { type Format, useFormat } from "../app/format.ts";

interface WhenProps {
  readonly at: string | null;
  readonly none: string;
}

/** How long ago, with the time itself for whoever points at it. */
export function When(props: WhenProps) {
  return whenCell(useFormat(), props);
}

/** The same for the cells of a long table, which share what is looked up. */
export function whenCell({ ago, dateTime }: Format, { at, none }: WhenProps) {
  if (at === null) return <span className="soft">{none}</span>;
  // Written when it is pointed at: the forms of a date take long to make, and hundreds of these are never read.
  const tell = ({ currentTarget }: PointerEvent<HTMLElement>): void => {
    currentTarget.title = dateTime(at);
  };
  return (
    <time className="nowrap" dateTime={at} onPointerEnter={tell}>
      {ago(at)}
    </time>
  );
}

/** A moment in full. */
export function At({ at }: { readonly at: string }) {
  const { dateTime } = useFormat();
  return (
    <time className="nowrap" dateTime={at}>
      {dateTime(at)}
    </time>
  );
}
