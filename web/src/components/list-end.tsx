// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../app/format.ts";
import { Button } from "./button.tsx";

/** A list that comes page by page; what `useInfiniteQuery` knows of it. */
interface PagedList {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isFetchNextPageError: boolean;
  readonly fetchNextPage: () => Promise<unknown>;
}

export interface ListEndProps {
  readonly list: PagedList;
  readonly shown: number;
  /** `undefined`: nobody has counted them. */
  readonly total?: number | undefined;
}

/** Below a list: how much of it is here. More comes when somebody nears the end of it, or presses the button. */
export function ListEnd({ list, shown, total }: ListEndProps) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const end = useNearEnd(list);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  if (shown === 0 || (!hasNextPage && total === undefined)) return null;
  const texts = { shown: number(shown), total: number(total ?? 0) };
  return (
    <div className="row list-end" ref={end}>
      <p className="soft" role="status">
        {total === undefined ? t("shownSoFar", texts) : t("shownOf", texts)}
      </p>
      {hasNextPage && (
        <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </div>
  );
}

/** So far ahead of the end the next page is asked for. */
const ahead = "800px 0px";

function useNearEnd(list: PagedList) {
  const end = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  // After a failure only the button asks again: the end stays near, and would ask without end.
  const wants = hasNextPage && !isFetchingNextPage && !isFetchNextPageError;
  useEffect(() => {
    if (!wants || end.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.at(-1)?.isIntersecting === true) void fetchNextPage();
      },
      { rootMargin: ahead },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [wants, fetchNextPage]);
  return end;
}
