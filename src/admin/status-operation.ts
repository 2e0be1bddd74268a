// SPDX-License-Identifier: Apache-2.0
import { limits } from "../base/limits.ts";
import { noticeChannels } from "./notice-operation.ts";
import { operation, type RunningFacts } from "./operation.ts";
import { type GatewayStatus, gatewayStatus, nothing } from "./shapes.ts";

/** What an administrator asks first: does it run, does it take mail, how much waits. */
export const showStatus = operation({
  input: nothing,
  output: gatewayStatus,
  async run({ mailboxes, store, configuration, running, notices }) {
    const all = mailboxes.list();
    const counts = [...(await store.counts()).values()];
    const active = all.filter((mailbox) => mailbox.state === "active").length;
    return {
      running: running === undefined ? null : runningView(running()),
      dataDirectory: configuration.gateway.dataDirectory,
      hostName: configuration.gateway.hostName,
      domains: configuration.gateway.domains,
      store: store.readiness(limits.segmentMessageBytes),
      mailboxes: { active, suspended: all.length - active },
      messages: counts.reduce((sum, each) => sum + each.messages, 0),
      sealedBytes: counts.reduce((sum, each) => sum + each.sealedBytes, 0),
      notices: noticeChannels(notices),
    };
  },
});

function runningView({
  startedAtMs,
  certificate: _certificate,
  ...facts
}: RunningFacts): NonNullable<GatewayStatus["running"]> {
  return { ...facts, startedAt: new Date(startedAtMs).toISOString() };
}
