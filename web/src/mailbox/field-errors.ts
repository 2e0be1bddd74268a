// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { problemOf } from "../api/problem.ts";

export interface FieldError {
  /** Nothing is wrong with it. */
  readonly free: boolean;
  /** What is wrong, once somebody tried to go on with it. */
  readonly shown: string | undefined;
}

const maxNameLength = 100;
const presets: ReadonlySet<string> = new Set(["microsoft365", "google"]);

/** The name of a mailbox as the gateway will take it. */
export function useNameError(name: string, tried: boolean): FieldError {
  const { t } = useTranslation(["mailbox", "frame"]);
  const text = name.trim();
  const wrong = text === "" ? t("frame:required") : text.length > maxNameLength ? t("nameTooLong") : undefined;
  return { free: wrong === undefined, shown: tried ? wrong : undefined };
}

/** Peers, one a line: addresses, ranges and the names of providers. */
export function usePeersError(lines: readonly string[], tried: boolean): FieldError {
  const { t } = useTranslation("mailbox");
  const bad = lines.find((line) => !looksLikePeer(line));
  return {
    free: bad === undefined,
    shown: tried && bad !== undefined ? t("peersWrong", { entry: bad }) : undefined,
  };
}

/** Servers that the proxy may reach, one a line. */
export function useTargetsError(lines: readonly string[], tried: boolean): FieldError {
  const { t } = useTranslation("mailbox");
  const bad = lines.find((line) => !targetPattern.test(line));
  return {
    free: bad === undefined,
    shown: tried && bad !== undefined ? t("targetsWrong", { entry: bad }) : undefined,
  };
}

/** A name, `*.` and a name, or an address, with a port if wanted. */
const targetPattern =
  /^(?:\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(?:\/\d{1,3})?(?::\d{1,5})?$|^\[?[0-9a-f:.]+\]?(?:\/\d{1,3})?(?::\d{1,5})?$/i;

/** Whether the gateway's refusal is about fields, all of which a form shows: then it is said there and nowhere else. */
export function isSaidAt(error: unknown, fields: readonly string[]): boolean {
  const named = [...problemOf(error).fields.keys()];
  return named.length > 0 && named.every((each) => fields.includes(each));
}

/** As much as a browser can tell; the gateway looks closer. */
function looksLikePeer(entry: string): boolean {
  if (presets.has(entry.toLowerCase())) return true;
  const [address = "", prefix] = entry.split("/");
  const isV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(address) && address.split(".").every((part) => Number(part) < 256);
  const isV6 = /^[0-9a-f:.]+$/i.test(address) && address.includes(":");
  const widest = isV4 ? 32 : 128;
  return (isV4 || isV6) && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= widest));
}

/** Of a text with an entry a line. */
export function linesOf(text: string): readonly string[] {
  return text
    .split(/[\n,;]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
