// SPDX-License-Identifier: Apache-2.0
import { readdir, readFile } from "node:fs/promises";
import type { OutgoingHttpHeaders } from "node:http";
import { extname, join, relative } from "node:path";

/** What is served for a path outside the API. */
export interface ConsoleAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

const mediaTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".txt": "text/plain; charset=utf-8",
};

/** Nothing that is not of this origin, nothing inline. What a page shows of mail's names could not run even if it got in. */
const policy = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "img-src 'self' data:",
  "require-trusted-types-for 'script'",
].join("; ");

/** A year; the name of such a file changes with its content. */
const forever = "public, max-age=31536000, immutable";

interface Kept {
  readonly type: string;
  readonly caching: string;
  readonly plain: Buffer;
  /** By content coding (RFC 9110 §8.4.1), best first. */
  readonly coded: readonly (readonly [string, Buffer])[];
}

/**
 * The built console, read once and held in memory: it is below a megabyte, and a request can then name no file that is not
 * in the table, whatever its path looks like.
 */
export class ConsoleFiles {
  readonly #files: ReadonlyMap<string, Kept>;

  private constructor(files: ReadonlyMap<string, Kept>) {
    this.#files = files;
  }

  /** Reads what `npm run build:web` has made; with nothing there, every page says so. */
  static async read(directory: string): Promise<ConsoleFiles> {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
    const paths = entries.filter((each) => each.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    const read = async (file: string): Promise<readonly [string, Buffer]> => [
      `/${relative(directory, file).replaceAll("\\", "/")}`,
      await readFile(file),
    ];
    const contents = new Map(await Promise.all(paths.map(read)));
    const files = [...contents].flatMap(([path, plain]): readonly (readonly [string, Kept])[] => {
      const type = mediaTypes[extname(path)];
      if (type === undefined) return [];
      const caching = path.startsWith("/assets/") ? forever : "no-cache";
      const coded = [
        ["br", contents.get(`${path}.br`)],
        ["gzip", contents.get(`${path}.gz`)],
      ] as const;
      const there = coded.flatMap(([coding, body]) => (body === undefined ? [] : [[coding, body] as const]));
      return [[path, { type, caching, plain, coded: there }]];
    });
    return new ConsoleFiles(new Map(files));
  }

  /** `undefined`: there is nothing of that name. A path that looks like none of a file is a page, and gets the console. */
  answer(url: string, acceptEncoding: string): ConsoleAnswer | undefined {
    const path = url.split(/[?#]/, 1)[0] ?? "/";
    const page = this.#files.get("/index.html");
    const isPage = !/\.[^/]*$/.test(path);
    if (page === undefined) return isPage ? notBuilt() : undefined;
    const kept = isPage ? page : this.#files.get(path);
    return kept === undefined ? undefined : encoded(kept, acceptEncoding);
  }
}

function encoded({ type, caching, plain, coded }: Kept, acceptEncoding: string): ConsoleAnswer {
  // RFC 9110 §12.5.3, as much of it as browsers send: a list of codings, those with weight zero not wanted.
  const wanted = acceptEncoding.split(",").map((each) => each.trim().toLowerCase());
  const best = coded.find(([coding]) =>
    wanted.some((each) => each === coding || new RegExp(`^${coding};q=0*\\.?0*[1-9]`).test(each)),
  );
  const headers = {
    "content-type": type,
    "cache-control": caching,
    "content-security-policy": policy,
    vary: "accept-encoding",
    ...(best === undefined ? {} : { "content-encoding": best[0] }),
  };
  return { status: 200, headers, body: best?.[1] ?? plain };
}

function notBuilt(): ConsoleAnswer {
  const text =
    "The console is not built. In the directory of Postern run\n\n  npm run build:web\n\nand start the gateway again. The API answers below /api/v1 meanwhile.\n";
  const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
  return { status: 503, headers, body: Buffer.from(text) };
}
