#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
"use strict";

// Starts Postern on a Node.js that can run it. Written so that any Node.js of the last years can read it and say what
// is wrong, instead of stumbling over the syntax.

var childProcess = require("child_process");
var fs = require("fs");
var path = require("path");

// node:sqlite without a warning is what asks for the most.
var needed = [24, 15];

// glibc gives large buffers back to the system and faults them in again at every call; keeping them takes a third off
// the cost of a message of 75 KB. With an arena for every thread, though, they pile up: buffers that one thread makes
// another one frees, and what is free in one arena is of no use to the others. It reads these at process start only.
var mallocSettings = {
  MALLOC_ARENA_MAX: "2",
  MALLOC_MMAP_THRESHOLD_: "268435456",
  MALLOC_TRIM_THRESHOLD_: "536870912",
};

start();

function start() {
  var args = process.argv.slice(2);
  var node = suits(process.versions.node) ? process.execPath : bundledNode();
  if (node === undefined) return refuse();
  var environment = environmentFor(args);
  if (node === process.execPath && environment === process.env) return run();
  replaceProcess(node, [__filename].concat(args), environment);
}

function suits(version) {
  var parts = version.split(".");
  var major = Number(parts[0]);
  return major > needed[0] || (major === needed[0] && Number(parts[1]) >= needed[1]);
}

// The one that npm installed beside us, as an optional dependency.
function bundledNode() {
  try {
    return require.resolve("node-" + process.platform + "-" + process.arch + "/bin/node");
  } catch (error) {
    return undefined;
  }
}

function environmentFor(args) {
  var settings = process.platform === "linux" && args[0] === "serve" ? mallocSettings : {};
  var missing = Object.keys(settings).filter(function (name) {
    return process.env[name] === undefined;
  });
  if (missing.length === 0) return process.env;
  return Object.assign({}, process.env, settings, process.env);
}

function run() {
  var root = path.dirname(__dirname);
  var source = path.join(root, "src", "main.ts");
  // A checkout runs from source even when it was built; the published package has no source.
  var main = fs.existsSync(source) ? source : path.join(root, "dist", "main.js");
  process.argv[1] = main;
  import(require("url").pathToFileURL(main).href).catch(function (error) {
    console.error(error);
    process.exitCode = 1;
  });
}

function replaceProcess(node, args, environment) {
  if (typeof process.execve === "function") {
    // The process stays the same one, for signals and for who started it. That the call is new needs no warning.
    process.emitWarning = function () {};
    process.execve(node, [node].concat(process.execArgv, args), environment);
  }
  var child = childProcess.spawn(node, args, { stdio: "inherit", env: environment });
  ["SIGTERM", "SIGHUP", "SIGINT"].forEach(function (signal) {
    process.on(signal, function () {
      // A terminal sends SIGINT to both of us; passing it on would make two of it.
      if (signal !== "SIGINT" || !onTerminal()) child.kill(signal);
    });
  });
  child.on("error", function (error) {
    console.error("postern: cannot start " + node + ": " + error.message);
    process.exit(1);
  });
  child.on("exit", function (code, signal) {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function onTerminal() {
  return [process.stdin, process.stdout, process.stderr].some(function (stream) {
    return stream.isTTY === true;
  });
}

function refuse() {
  console.error(
    "postern: this is Node.js " + process.versions.node + "; Postern needs " + needed.join(".") + " or newer.\n" +
      "Run `npm ci` (with optional dependencies) in " + path.dirname(__dirname) + ", which brings one for Linux on x64 and arm64,\n" +
      "or install Node.js 24 (https://nodejs.org) and start Postern with it.",
  );
  process.exit(1);
}
