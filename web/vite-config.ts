// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Below this a compressed file is no smaller on the wire: it fits into one packet anyway. */
const leastBytes = 1024;

/** Writes each file compressed as well, once here instead of at each request. */
function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        for (const [fileName, file] of Object.entries(bundle)) {
          const content = Buffer.from(file.type === "chunk" ? file.code : file.source);
          if (content.length < leastBytes) continue;
          this.emitFile({ type: "asset", fileName: `${fileName}.br`, source: brotliCompressSync(content) });
          this.emitFile({ type: "asset", fileName: `${fileName}.gz`, source: gzipSync(content, { level: 9 }) });
        }
      },
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), precompress()],
  build: {
    outDir: join(import.meta.dirname, "../dist/web"),
    emptyOutDir: true,
    target: "es2023",
    // The policy of the pages (CSP) takes nothing inline, not even as data.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Compressing takes its time, and is worth it.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
