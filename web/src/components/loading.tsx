// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";

/** For a whole page; lists show a skeleton of themselves instead. */
export function Loading() {
  const { t } = useTranslation("frame", { useSuspense: false });
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">{t("loading")}</span>
    </div>
  );
}
