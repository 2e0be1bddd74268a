// SPDX-License-Identifier: Apache-2.0
import type { LedgerEntry } from "./channel-ledger.ts";
import type { Subject } from "./subject.ts";

/** What a person reads about one subject: the words of the overview, in English. */
export interface Words {
  readonly title: string;
  /** What it means and what to do. */
  readonly text: string;
  /** The page of the console that helps, below its address. */
  readonly page: string;
}

/** A subject that lasts, or that happened. */
export function wordsOf(subject: Subject): Words {
  const { code, values } = subject;
  switch (code) {
    case "store-failing":
      return {
        title: "The gateway cannot write to its disk",
        text: "Senders are asked to come again later, so no mail is lost yet. Check the disk and its rights; the log of the gateway says what failed.",
        page: "activity",
      };
    case "disk-low":
      return {
        title: "The disk is almost full",
        text: `Senders are asked to come again later, so no mail is lost yet. Make room on the disk, or let the archive pull what waits.${roomOf(values)}`,
        page: "mailboxes",
      };
    case "certificate-expires":
      return certificateWords(subject);
    case "certificate-renewal-failing":
      return {
        title: "The certificate could not be renewed",
        text: "The certificate of before is shown on, and it is tried again by itself. The page of the certificate says what went wrong and what to do.",
        page: "certificate",
      };
    case "mailbox-quiet":
      return {
        title: `${nameOf(subject)} has received nothing since ${timeOf(subject.at)}`,
        text: "It used to receive mail. Check the journal rule of the mail server, and look whether its mail is refused here.",
        page: pageOf(subject, "/refusals"),
      };
    case "mailbox-not-pulled":
      return {
        title: `Mail of ${timeOf(subject.at)} still waits in ${nameOf(subject)}`,
        text: "It is safe here, but it does not reach the archive. Check whether the archive still signs in with the right password.",
        page: pageOf(subject, ""),
      };
    case "error-logged":
      return errorWords(subject);
    case "notice-not-delivered":
      return {
        title: `Notices by ${channelOf(subject)} do not arrive`,
        text: "What is to be told is kept and tried again. Send a test notice from the settings page: it shows what the other side says.",
        page: "settings#notify",
      };
  }
}

/** What is over. */
export function endWordsOf({ subject, how }: Pick<LedgerEntry, "subject" | "how">): string {
  const { code } = subject;
  switch (code) {
    case "store-failing":
      return "The gateway writes to its disk again. Mail is taken.";
    case "disk-low":
      return "There is enough room on the disk again. Mail is taken.";
    case "certificate-expires":
      return "The certificate that is shown now does not end soon.";
    case "certificate-renewal-failing":
      return how === "well" ? "The certificate was renewed." : "Certificates are not renewed by the gateway any more.";
    case "mailbox-quiet":
      return how === "well"
        ? `${nameOf(subject)} receives mail again.`
        : `${nameOf(subject)} is not watched any more: it was removed or suspended, or was silent so long that it seems to be out of use. No mail has come.`;
    case "mailbox-not-pulled":
      return how === "well"
        ? `What waited in ${nameOf(subject)} was pulled.`
        : `${nameOf(subject)} is not watched any more: it was removed, or the time after which a notice comes was changed.`;
    case "error-logged":
      return "It has not happened again.";
    case "notice-not-delivered":
      return `Notices by ${channelOf(subject)} arrive again.`;
  }
}

function channelOf({ values }: Subject): string {
  return values["channel"] === "email" ? "e-mail" : "webhook";
}

function certificateWords({ at, values }: Subject): Words {
  const past = Number(values["days"]) < 0;
  return {
    title: past ? `The certificate ended at ${timeOf(at)}` : `The certificate ends at ${timeOf(at)}`,
    text: "After that, mail servers and archives that check it no longer connect. Put a new one in its place.",
    page: "certificate",
  };
}

function errorWords({ at, values }: Subject): Words {
  const cause = values["cause"];
  const because = typeof cause === "string" ? ` Its cause: ${cause}.` : "";
  const when = at === null ? "" : ` It was logged at ${timeOf(at)}, code ${String(values["event"])}.`;
  return {
    title: `The gateway logged an error: ${String(values["text"])}`,
    text: `Read the lines of that time in the log of the gateway.${when}${because}`,
    page: "activity",
  };
}

function roomOf(values: Subject["values"]): string {
  const { freeBytes, reserveBytes } = values;
  if (typeof freeBytes !== "number" || typeof reserveBytes !== "number") return "";
  return ` Free are ${megabytes(freeBytes)}, kept free ${megabytes(reserveBytes)}.`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000).toLocaleString("en")} MB`;
}

function nameOf({ mailbox, mailboxName }: Subject): string {
  return mailboxName === null ? `mailbox ${mailbox ?? ""}` : `“${mailboxName}”`;
}

function pageOf({ mailbox }: Subject, below: string): string {
  return mailbox === null ? "mailboxes" : `mailboxes/${mailbox}${below}`;
}

/** To the minute, in UTC: the reader may be anywhere. */
export function timeOf(at: string | null): string {
  return at === null ? "long ago" : `${at.slice(0, 16).replace("T", " ")} UTC`;
}
