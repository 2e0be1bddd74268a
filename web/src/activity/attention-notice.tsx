// SPDX-License-Identifier: Apache-2.0
import { type TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Attention } from "../api/overview.ts";
import { type Format, isOver, useFormat } from "../app/format.ts";
import { mailboxHome, mailboxPage } from "../app/mailbox-path.ts";
import { usePagePath } from "../app/page-path.ts";
import { Notice } from "../components/notice.tsx";

interface Words {
  readonly title: string;
  readonly text: string;
  readonly link?: { readonly to: string | undefined; readonly text: string };
}

interface Around {
  readonly t: TFunction<"activity">;
  readonly format: Format;
  readonly pagePath: (name: string) => string | undefined;
}

/** One thing that needs somebody, in words: what it is, what to do, and the way there. */
export function AttentionNotice({ attention }: { readonly attention: Attention }) {
  const { t } = useTranslation("counts-over-time");
  const format = useFormat();
  const pagePath = usePagePath();
  const { title, text, link } = wordsOf(attention, { t, format, pagePath });
  return (
    <Notice kind={attention.severity} title={title}>
      <p>{text}</p>
      {link?.to !== undefined && <Link to={link.to}>{link.text}</Link>}
    </Notice>
  );
}

/** What tells one from the others, from one answer to the next. */
export function attentionKey({ code, mailbox, at, values }: Attention): string {
  return [code, mailbox ?? textOf(values["channel"]) ?? "", code === "error-logged" ? (at ?? "") : ""].join(" ");
}

function wordsOf(attention: Attention, around: Around): Words {
  const { t, pagePath } = around;
  const key = `attention.${attention.code}` as const;
  switch (attention.code) {
    case "mailbox-quiet":
    case "mailbox-not-pulled":
      return mailboxWords(attention, around);
    case "certificate-expires":
      return certificateWords(attention, around);
    case "error-logged":
      return errorWords(attention, around);
    case "certificate-renewal-failing":
      return {
        title: t(`${key}.title`),
        text: t(`${key}.text`),
        link: { to: pagePath("certificate"), text: t(`${key}.link`) },
      };
    case "notice-not-delivered":
      return {
        title: t(`${key}.title`, {
          channel: t(`${key}.${attention.values["channel"] === "email" ? "email" : "webhook"}`),
        }),
        text: t(`${key}.text`),
        link: { to: pagePath("settings"), text: t(`${key}.link`) },
      };
    case "disk-low":
      return {
        title: t(`${key}.title`),
        text: t(`${key}.text`),
        link: { to: pagePath("mailboxes"), text: t("attention.disk-low.link") },
      };
    case "store-failing":
      return { title: t(`${key}.title`), text: t(`${key}.text`) };
    default:
      return { title: t("attention.other.title", { code: attention.code }), text: t("attention.other.text") };
  }
}

function mailboxWords({ code, mailbox, mailboxName, at }: Attention, { t, format }: Around): Words {
  const name = mailboxName ?? mailbox ?? "";
  const title =
    at === null
      ? t(`attention.${code}.titleNever`, { name })
      : t(`attention.${code}.title`, { name, since: format.date(at) });
  const id = mailbox ?? "";
  const to = code === "mailbox-quiet" ? mailboxPage("mailbox-refusals", id) : mailboxHome(id);
  return { title, text: t(`attention.${code}.text`), link: { to, text: t(`attention.${code}.link`) } };
}

function certificateWords({ at, values }: Attention, { t, format, pagePath }: Around): Words {
  const end = textOf(values["notAfter"]) ?? at ?? "";
  const past = end !== "" && isOver(end);
  return {
    title: t(`attention.certificate-expires.${past ? "titlePast" : "title"}`, {
      date: end === "" ? "?" : format.date(end),
    }),
    text: t("attention.certificate-expires.text"),
    link: { to: pagePath("certificate"), text: t("attention.certificate-expires.link") },
  };
}

function errorWords({ at, values }: Attention, { t, format }: Around): Words {
  const what = textOf(values["event"]) ?? textOf(values["code"]) ?? textOf(values["text"]);
  return {
    title: what === undefined ? t("attention.error-logged.titleBare") : t("attention.error-logged.title", { what }),
    text:
      at === null ? t("attention.error-logged.textBare") : t("attention.error-logged.text", { ago: format.ago(at) }),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
