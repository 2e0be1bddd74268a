// SPDX-License-Identifier: Apache-2.0
/** Holds the imports of `src/` against the import table of ARCHITECTURE.md. Run by `npm run check`. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Who may import whom, by the start of the path below `src/`. The first row that fits a file counts. */
const rows: readonly { readonly room: string; readonly mayImport: readonly string[] }[] = [
  { room: "base/", mayImport: ["base/"] },
  { room: "protocol/wire/", mayImport: ["protocol/wire/", "base/"] },
  { room: "protocol/mime/", mayImport: ["protocol/mime/", "base/"] },
  { room: "protocol/", mayImport: ["protocol/", "base/"] },
  { room: "seal/", mayImport: ["seal/", "base/"] },
  { room: "store/", mayImport: ["store/", "base/"] },
  { room: "mailbox/", mayImport: ["mailbox/", "seal/", "store/", "base/"] },
  { room: "capture/", mayImport: ["capture/", "seal/", "store/", "mailbox/", "protocol/", "base/"] },
  {
    room: "session/",
    mayImport: ["session/", "protocol/", "capture/", "mailbox/", "upstream/", "observe/", "store/contract.ts", "base/"],
  },
  { room: "upstream/", mayImport: ["upstream/", "protocol/", "observe/", "config/", "base/"] },
  { room: "pull/", mayImport: ["pull/", "protocol/", "seal/", "store/", "mailbox/", "observe/", "base/"] },
  { room: "config/", mayImport: ["config/", "base/"] },
  { room: "certificate/", mayImport: ["certificate/", "listen/", "config/", "observe/", "base/"] },
  {
    room: "notify/",
    mayImport: [
      "notify/",
      "certificate/",
      "config/",
      "mailbox/",
      "store/",
      "upstream/",
      "protocol/",
      "observe/",
      "base/",
    ],
  },
  {
    room: "admin/",
    mayImport: ["admin/", "certificate/", "notify/", "config/", "mailbox/", "store/", "observe/", "base/"],
  },
  { room: "observe/", mayImport: ["observe/", "base/"] },
  { room: "listen/", mayImport: ["listen/", "config/", "observe/", "base/"] },
  {
    // What serves connections, in the gateway's own thread or in several.
    room: "network/",
    mayImport: [
      "network/",
      "base/",
      "capture/",
      "config/",
      "listen/",
      "mailbox/",
      "observe/",
      "pull/",
      "seal/",
      "session/",
      "store/",
      "upstream/",
    ],
  },
  { room: "cli/", mayImport: [""] },
  { room: "main.ts", mayImport: [""] },
  {
    // The composition root, in a few files.
    room: "gateway",
    mayImport: [
      "gateway",
      "admin/",
      "base/",
      "capture/",
      "certificate/",
      "config/",
      "listen/",
      "mailbox/",
      "network/",
      "notify/",
      "observe/",
      "pull/",
      "seal/",
      "session/",
      "store/",
      "upstream/",
    ],
  },
];

/** What can open a sealed message (I6), and who alone may know it. */
const opening: ReadonlySet<string> = new Set([
  "seal/unseal.ts",
  "seal/identity.ts",
  "seal/passphrase-file.ts",
  "seal/payload.ts",
]);
const mayOpen = ["seal/", "pull/", "mailbox/", "cli/"];

export interface SourceFile {
  /** Below `src/`, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** What breaks the table, one line each. Tests may import what they like. */
export function findViolations(files: readonly SourceFile[]): readonly string[] {
  return files.filter(({ path }) => !path.endsWith(".test.ts")).flatMap(checkFile);
}

function checkFile({ path, text }: SourceFile): readonly string[] {
  const row = rows.find(({ room }) => path.startsWith(room));
  if (row === undefined) return [`${path}: no row of the import table has room for this file`];
  const violations: string[] = [];
  for (const [, specifier = ""] of text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)) {
    if (specifier.startsWith("node:")) {
      if (path.startsWith("protocol/") && specifier !== "node:buffer")
        violations.push(`${path}: a pure machine may not import ${specifier}`);
    } else if (specifier.startsWith(".")) {
      const target = normalize(join(dirname(path), specifier));
      if (!row.mayImport.some((allowed) => target.startsWith(allowed)))
        violations.push(`${path}: ${row.room} may not import ${target}`);
      if (opening.has(target) && !mayOpen.some((room) => path.startsWith(room)))
        violations.push(`${path}: only ${mayOpen.join(", ")} may import ${target}, which can open a message (I6)`);
    }
  }
  return violations;
}

/** The console runs in browsers: it knows the gateway by its API alone, and imports nothing from outside `web/`. */
export function findOutsideImports(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(/(?:from|import\(|import)\s*"(\.[^"]+)"/g)].flatMap(([, specifier = ""]) =>
      normalize(join(dirname(path), specifier)).startsWith("..")
        ? [`web/src/${path}: may not import ${specifier}`]
        : [],
    ),
  );
}

function readSources(root: string): readonly SourceFile[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: relative(root, file).replaceAll("\\", "/"), text: readFileSync(file, "utf8") }));
}

if (import.meta.main) {
  const root = (folder: string): string => fileURLToPath(new URL(folder, import.meta.url));
  const violations = [
    ...findViolations(readSources(root("../src"))),
    ...findOutsideImports(readSources(root("../web/src"))),
  ];
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) process.exitCode = 1;
  else console.log("The imports keep to the table.");
}
