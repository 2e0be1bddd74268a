// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageChannel } from "node:worker_threads";
import type { QuestionPort } from "../base/ask-port.ts";
import { systemClock } from "../base/clock.ts";
import { check } from "../config/check.ts";
import type { Log } from "../observe/log.ts";
import { localState } from "./shared-state.ts";
import { StateDesk } from "./state-desk.ts";
import type { ToGateway } from "./thread-messages.ts";

test("what a thread said last is heard when it has ended, and the place that it took is free", () => {
  const checked = check({ text: "", environment: {}, overrides: {} });
  assert.ok(checked.ok);
  const state = localState(checked.configuration, { clock: systemClock, traffic: { refused: () => undefined } });
  const heard: string[] = [];
  const log: Log = { event: (code) => heard.push(code), with: () => log };
  const channel: { readonly port1: QuestionPort<ToGateway>; readonly port2: QuestionPort<ToGateway> } =
    new MessageChannel();
  const desk = new StateDesk(channel.port1, { state, log, loginTook: () => undefined });
  const events = [
    ["session/opened", { connection: "2-1", peer: "192.0.2.1" }],
    ["smtp/kept", { connection: "2-1" }],
  ];
  for (const question of [
    { kind: "enter", address: "192.0.2.1" },
    { kind: "events", events },
  ])
    channel.port2.postMessage({ token: undefined, question });
  desk.end();
  channel.port2.close();
  assert.deepEqual(heard, ["session/opened", "smtp/kept", "session/closed"]);
  assert.equal(state.places.open, 0);
});
