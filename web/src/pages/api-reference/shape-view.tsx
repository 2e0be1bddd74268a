// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { JsonObject } from "./json.ts";
import { kindOf, shapeLines } from "./shape.ts";

/** The fields of a JSON object, with what they hold; what is inside another is set in. */
export function ShapeView({ shape }: { readonly shape: JsonObject }) {
  const { t } = useTranslation("api-reference");
  const lines = shapeLines(shape);
  if (lines.length === 0) return <code>{kindOf(shape)}</code>;
  return (
    <ul className="shape">
      {lines.map(({ path, name, depth, kind, required, description }) => (
        <li key={path} className={`shape__line shape__line--${Math.min(depth, 4)}`}>
          <code className="shape__name">{name}</code> <code className="shape__kind">{kind}</code>{" "}
          {required && <span className="shape__required">{t("required")}</span>}
          {description !== "" && (
            <span className="shape__text soft" lang="en">
              {description}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
