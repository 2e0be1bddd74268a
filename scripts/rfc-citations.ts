// SPDX-License-Identifier: Apache-2.0
import type { SourceFile } from "./source-files.ts";

/** One place that cites an RFC. */
export interface Citation {
  readonly rfc: number;
  /** `4.5.2` or `A.1`; `undefined` when the whole RFC is cited. */
  readonly section: string | undefined;
  readonly path: string;
}

/** A row of `rfc/index.md`. */
export interface RfcRow {
  readonly rfc: number;
  readonly title: string;
  readonly status: string;
  readonly note: string;
}

const statuses: ReadonlySet<string> = new Set(["yes", "partial", "no"]);

// The fixed form: `RFC 5321 §4.5.2`, also with several sections (`§4.1.2, §4.1.3`), or `RFC 5321` alone.
const citationForm = /RFC ([0-9]{1,5})((?:(?:,| and)? §(?:[0-9]+|[A-Z])(?:\.[0-9]+)*)*)/g;
// The words of a citation in any form, to find those which are not in the fixed one.
const anyForm = /\brfc[ _-]?[0-9]{3,5}\b(?:,?\s*(?:sections?|sec\.|chapter|§)\s*[0-9A-Z]*)?/gi;

/** Every citation of the files, in their order. */
export function findCitations(files: readonly SourceFile[]): readonly Citation[] {
  return files.flatMap(({ path, text }) =>
    Array.from(text.matchAll(citationForm)).flatMap(([, rfc, sections = ""]): readonly Citation[] => {
      const found = Array.from(sections.matchAll(/§([0-9A-Z.]+)/g), ([, section]) => section);
      return (found.length === 0 ? [undefined] : found).map((section) => ({ rfc: Number(rfc), section, path }));
    }),
  );
}

/** The rows of the table, in their order. */
export function readIndex(text: string): readonly RfcRow[] {
  return text
    .split("\n")
    .map((line) => /^\| ([0-9]+) \| (.*?) \| (.*?) \| ?(.*?) ?\|$/.exec(line))
    .filter((match) => match !== null)
    .map(([, rfc, title = "", status = "", note = ""]) => ({ rfc: Number(rfc), title, status, note }));
}

/** What is wrong with citations and table, a line each. */
export function checkCitations(files: readonly SourceFile[], rows: readonly RfcRow[]): readonly string[] {
  const citations = findCitations(files);
  const known = new Set(rows.map(({ rfc }) => rfc));
  const cited = new Set(citations.map(({ rfc }) => rfc));
  return [
    ...files.flatMap(oddForms),
    ...citations
      .filter(({ rfc }) => !known.has(rfc))
      .map(({ rfc, path }) => `${path}: RFC ${rfc} does not stand in rfc/index.md`),
    ...rows.filter(({ rfc }) => !cited.has(rfc)).map(({ rfc }) => `rfc/index.md: nothing cites RFC ${rfc}`),
    ...rows
      .filter(({ status, note }) => !statuses.has(status) || (status !== "yes" && note === ""))
      .map(({ rfc }) => `rfc/index.md: RFC ${rfc} needs the status yes, or partial or no with a note`),
    ...rows
      .filter(({ rfc }, index) => index > 0 && rfc <= (rows[index - 1]?.rfc ?? 0))
      .map(({ rfc }) => `rfc/index.md: RFC ${rfc} is not in order`),
  ];
}

/** The page "where is which RFC". */
export function rfcPage(files: readonly SourceFile[], rows: readonly RfcRow[]): string {
  const citations = findCitations(files);
  const parts = rows.map(({ rfc, title, status, note }) => {
    const places = Map.groupBy(
      citations.filter((each) => each.rfc === rfc),
      ({ path }) => path,
    );
    const lines = Array.from(places, ([path, found]) => {
      const sections = [...new Set(found.map(({ section }) => section))].filter((section) => section !== undefined);
      const list = sections.toSorted(bySection).map((section) => `§${section}`);
      return `- [${path}](../${path})${list.length === 0 ? "" : `: ${list.join(", ")}`}`;
    });
    return `## RFC ${rfc}\n\n${title}. Status: ${status}${note === "" ? "" : `; ${note}`}.\n\n${lines.join("\n")}\n`;
  });
  return `${pageHead}\n${parts.join("\n")}`;
}

const pageHead = `# Where is which RFC

Made by \`npm run make\` from the citations in \`src/\` and the table [rfc/index.md](../rfc/index.md); do not edit.
`;

function oddForms({ path, text }: SourceFile): readonly string[] {
  return text.split("\n").flatMap((line, index) =>
    Array.from(line.matchAll(anyForm), ([words]) => words)
      // An address type of RFC 3461 §4.2 is written "rfc822".
      .filter((words) => words.toLowerCase() !== "rfc822" && !/^RFC [0-9]+(?: §[0-9A-Z]+)?$/.test(words))
      .map((words) => `${path}:${index + 1}: "${words}" is not in the form RFC 5321 §4.5.2`),
  );
}

function bySection(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
