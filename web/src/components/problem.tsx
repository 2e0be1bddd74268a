// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { type ApiProblem, type FieldReason, problemOf } from "../api/problem.ts";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

/** A problem in words of the chosen language. The gateway's own words are in English, and stand behind. */
export function useProblemText(): (error: unknown) => string {
  const { t } = useTranslation("problems");
  return (error) => {
    const { code, detail }: ApiProblem = problemOf(error);
    const text = t(code, { defaultValue: "" });
    if (text === "") return detail ?? code;
    return detail === undefined || !explains.has(code) ? text : `${text} (${detail})`;
  };
}

/** What is wrong at a field, in words of the chosen language; the gateway's own where this console knows none. */
export function useReasonText(): (reason: FieldReason | undefined) => string | undefined {
  const { t } = useTranslation("reasons");
  return (found) => {
    if (found === undefined) return undefined;
    const { code, values, entry, reason } = found;
    const text = t(code, { ...values, defaultValue: reason });
    return entry === undefined ? text : t("entryWrong", { entry, reason: text });
  };
}

/** Those whose detail says more than their text. */
const explains: ReadonlySet<string> = new Set([
  "admin/bad-request",
  "admin/weak-password",
  "mailbox/bad-request",
  "console/unexpected",
]);

/** Something could not be fetched or done, said where it would stand. */
export function Problem({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const { t } = useTranslation(["problems", "frame"]);
  const textOf = useProblemText();
  return (
    <div className="notice notice--error" role="alert">
      <Icon name="error" />
      <div className="notice__body">
        <p className="notice__title">{t("title")}</p>
        <p>{textOf(error)}</p>
        {retry !== undefined && <Button onClick={retry}>{t("frame:retry")}</Button>}
      </div>
    </div>
  );
}
