// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button.tsx";
import { useToast } from "./toasts.tsx";

interface CopyButtonProps {
  readonly text: string;
  /** What is copied, for those who do not see what it stands beside. */
  readonly label?: string;
}

const shownMs = 2000;

/** Copies a text and says that it did. */
export function CopyButton({ text, label }: CopyButtonProps) {
  const { t } = useTranslation();
  const say = useToast();
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), shownMs);
    } catch {
      say(t("copyFailed"));
    }
  };
  return (
    <>
      <Button
        kind="quiet"
        icon={copied ? "check" : "copy"}
        label={label === undefined ? t("copy") : `${t("copy")}: ${label}`}
        onClick={() => void copy()}
      />
      <span className="visually-hidden" role="status">
        {copied ? t("copied") : ""}
      </span>
    </>
  );
}

/** A value to be taken elsewhere, with its button. */
export function CopyValue({ text, label }: CopyButtonProps) {
  return (
    <span className="copy-value">
      <code className="copy-value__text">{text}</code>
      <CopyButton text={text} {...(label === undefined ? {} : { label })} />
    </span>
  );
}
