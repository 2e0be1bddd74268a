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

/**
 * What every visit needs is three files and not thirty: each request costs the browser's one thread, and a file that names
 * others is read before they are asked for. Pages, dialogs and what only they need stay apart.
 */
const groups = [
  { name: "libraries", test: /node_modules\/(?!@base-ui|@floating-ui|qr\/)/, priority: 3 },
  {
    name: "parts",
    test: /web\/src\/(?:api|app|components)\/(?!dialog-view|toast-view|drawer|tabs|passkeys)/,
    priority: 1,
  },
];

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
    rolldownOptions: {
      // Compressing takes its time, and is worth it.
      checks: { pluginTimings: false },
      output: { codeSplitting: { groups } },
    },
  },
});
