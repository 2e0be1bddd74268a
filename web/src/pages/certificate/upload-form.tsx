// SPDX-License-Identifier: Apache-2.0
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { problemOf } from "../../api/problem.ts";
import { Button } from "../../components/button.tsx";
import { TextArea } from "../../components/field.tsx";
import { Problem, useReasonText } from "../../components/problem.tsx";
import { useChange } from "./use-certificate.ts";

const empty = { certificate: "", key: "" };

/** A certificate of one's own, from files or pasted; what is wrong with it stands at its field. */
export function UploadForm() {
  const { t } = useTranslation("certificate");
  const [pair, setPair] = useState(empty);
  const [tried, setTried] = useState(false);
  const upload = useChange(t("used"), async (api, body: typeof empty) => {
    const shown = await answerOf(api.PUT("/certificate", { body }));
    // The key is not to stay on the page.
    setPair(empty);
    setTried(false);
    return shown;
  });
  const reasonText = useReasonText();
  const problem = upload.error === null ? undefined : problemOf(upload.error);
  const errorAt = (field: keyof typeof empty): string | undefined =>
    tried && pair[field].trim() === "" ? t("missing") : reasonText(problem?.fields.get(field));
  return (
    <form
      noValidate
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (pair.certificate.trim() !== "" && pair.key.trim() !== "") upload.mutate(pair);
      }}
    >
      <PemField
        label={t("chain")}
        help={t("chainHelp")}
        value={pair.certificate}
        error={errorAt("certificate")}
        onChange={(certificate) => setPair({ ...pair, certificate })}
      />
      <PemField
        label={t("key")}
        help={t("keyHelp")}
        value={pair.key}
        error={errorAt("key")}
        onChange={(key) => setPair({ ...pair, key })}
      />
      {upload.isError && problem?.fields.size === 0 && <Problem error={upload.error} />}
      <div className="row">
        <Button type="submit" kind="primary" busy={upload.isPending}>
          {t("use")}
        </Button>
      </div>
    </form>
  );
}

interface PemFieldProps {
  readonly label: string;
  readonly help: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (text: string) => void;
}

function PemField({ label, help, value, error, onChange }: PemFieldProps) {
  const { t } = useTranslation("certificate");
  const id = useId();
  return (
    <div className="stack stack--close">
      <TextArea
        label={label}
        help={help}
        rows={4}
        spellCheck={false}
        autoComplete="off"
        placeholder="-----BEGIN …-----"
        value={value}
        onChange={({ target }) => onChange(target.value)}
        error={error}
      />
      <label className="soft" htmlFor={id}>
        {t("chooseFile")} ({label})
      </label>
      <input
        id={id}
        type="file"
        accept=".pem,.crt,.cer,.key,.txt"
        onChange={({ target }) => {
          const file = target.files?.[0];
          if (file !== undefined) void file.text().then(onChange);
        }}
      />
    </div>
  );
}
