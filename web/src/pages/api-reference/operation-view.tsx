// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { Badge } from "../../components/badge.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { curlOf } from "./curl.ts";
import type { Answer, Operation, Parameter } from "./operations.ts";
import { kindOf } from "./shape.ts";
import { ShapeView } from "./shape-view.tsx";

/** One call: closed a line, open all about it. */
export function OperationView({ operation }: { readonly operation: Operation }) {
  const { hash } = useLocation();
  const { id, method, path, summary } = operation;
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const details = place.current;
    if (hash !== `#${id}` || details === null) return;
    // It tells that it was opened, as if somebody had pressed it.
    details.open = true;
    details.scrollIntoView();
  }, [hash, id]);
  return (
    <details
      className="operation"
      id={id}
      ref={place}
      open={open}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary className="operation__line">
        <span className={`operation__method operation__method--${method.toLowerCase()}`}>{method}</span>
        <code className="operation__path">{path}</code>
        <span className="operation__summary soft" lang="en">
          {summary}
        </span>
      </summary>
      {/* Most are never opened. */}
      {open && <Details operation={operation} />}
    </details>
  );
}

function Details({ operation }: { readonly operation: Operation }) {
  const { t } = useTranslation("api-reference");
  const { id, access, parameters, body, answers } = operation;
  const call = curlOf(operation, location.origin);
  return (
    <div className="operation__body stack">
      <dl className="facts">
        <dt>{t("access")}</dt>
        <dd>
          {["public", "caller", "person"].includes(access) ? (
            t(`accesses.${access}`)
          ) : (
            <Badge kind="accent">{access}</Badge>
          )}
        </dd>
        <dt>{t("name")}</dt>
        <dd>
          <Link to={{ hash: id }}>
            <code>{id}</code>
          </Link>
        </dd>
      </dl>
      {parameters.length > 0 && <Parameters parameters={parameters} />}
      {body !== undefined && (
        <div className="stack stack--close">
          <h3>{t("body")}</h3>
          <ShapeView shape={body} />
        </div>
      )}
      {answers.map((answer) => (
        <AnswerView key={answer.status} answer={answer} />
      ))}
      <p className="soft">{t("errors")}</p>
      <div className="stack stack--close">
        <h3>{t("example")}</h3>
        {access === "person" && <p className="soft">{t("personOnly")}</p>}
        <div className="operation__call">
          <pre className="code-block">{call}</pre>
          <CopyButton text={call} label={t("example")} />
        </div>
      </div>
    </div>
  );
}

function Parameters({ parameters }: { readonly parameters: readonly Parameter[] }) {
  const { t } = useTranslation("api-reference");
  return (
    <div className="stack stack--close">
      <h3>{t("parameters")}</h3>
      <ul className="shape">
        {parameters.map(({ name, where, required, description, shape }) => (
          <li key={`${where} ${name}`} className="shape__line">
            <code className="shape__name">{name}</code> <code className="shape__kind">{kindOf(shape)}</code>{" "}
            <span className="soft">{t(`places.${where}`)}</span>{" "}
            {required && <span className="shape__required">{t("required")}</span>}
            {description !== "" && (
              <span className="shape__text soft" lang="en">
                {description}
              </span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function AnswerView({ answer: { status, description, mediaType, shape } }: { readonly answer: Answer }) {
  const { t } = useTranslation("api-reference");
  return (
    <div className="stack stack--close">
      <h3>{t("answer", { status })}</h3>
      {shape === undefined ? <code>{mediaType}</code> : <ShapeView shape={shape} />}
      {description !== "" && description !== "Done" && (
        <p className="soft" lang="en">
          {description}
        </p>
      )}
    </div>
  );
}
