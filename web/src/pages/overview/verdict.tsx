// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { AttentionNotice, attentionKey } from "../../activity/attention-notice.tsx";
import type { Attention } from "../../api/overview.ts";
import { Button } from "../../components/button.tsx";
import { Icon } from "../../components/icon.tsx";

/** So many are read; behind them stands how many more there are. */
const shownAtOnce = 5;

interface VerdictProps {
  readonly attention: readonly Attention[];
  /** There is no mailbox yet, so mail cannot be what is well. */
  readonly resting: boolean;
}

/** One sentence that can be read from the door; below it what needs somebody, the worst first. */
export function Verdict({ attention, resting }: VerdictProps) {
  const { t } = useTranslation("overview");
  const worst = attention.some(({ severity }) => severity === "error") ? "error" : "warning";
  const kind = attention.length === 0 ? "good" : worst;
  return (
    <section className="stack stack--close" aria-labelledby="verdict">
      <div className={`verdict verdict--${kind}`} role="status">
        <span className="verdict__sign">
          <Icon name={kind === "good" ? "check" : kind} />
        </span>
        <div>
          <h2 className="verdict__title" id="verdict">
            {attention.length === 0 ? t("well") : t("attention", { count: attention.length })}
          </h2>
          <p>{attention.length === 0 ? t(resting ? "wellResting" : "wellText") : t(`${worst}Text`)}</p>
        </div>
      </div>
      <Items attention={attention} />
    </section>
  );
}

function Items({ attention }: { readonly attention: readonly Attention[] }) {
  const { t } = useTranslation("overview");
  const [all, setAll] = useState(false);
  const rest = attention.length - shownAtOnce;
  if (attention.length === 0) return null;
  return (
    <>
      <ul className="verdict__items">
        {(all ? attention : attention.slice(0, shownAtOnce)).map((each) => (
          <li key={attentionKey(each)}>
            <AttentionNotice attention={each} />
          </li>
        ))}
      </ul>
      {rest > 0 && !all && (
        <div className="row">
          <Button onClick={() => setAll(true)}>{t("moreAttention", { count: rest })}</Button>
        </div>
      )}
    </>
  );
}
