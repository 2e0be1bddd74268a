// SPDX-License-Identifier: Apache-2.0
"use strict";

// Runs after `npm ci` in a checkout: builds the console. Written so that any Node.js of the last years can read it; the
// build itself runs on the one that npm has brought.

var childProcess = require("child_process");
var path = require("path");

var root = path.dirname(__dirname);

function find(name) {
  try {
    return require.resolve(name, { paths: [root] });
  } catch {
    return undefined;
  }
}

var vite = find("vite/package.json");
if (vite === undefined) {
  console.log(
    "postern: the console is not built, for what builds it is not installed (npm ci without --omit=dev brings it).",
  );
} else {
  var node = find("node-" + process.platform + "-" + process.arch + "/bin/node") || process.execPath;
  var program = path.join(path.dirname(vite), "bin/vite.js");
  var args = [program, "build", "--config", path.join(root, "web/vite-config.ts"), "--logLevel", "warn"];
  var run = childProcess.spawnSync(node, args, { stdio: "inherit", cwd: root });
  if (run.status !== 0) {
    console.error("postern: the console could not be built; try  npm run build:web");
    process.exitCode = 1;
  }
}
