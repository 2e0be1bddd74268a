// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { answerOf } from "../../api/api.ts";
import { type MailboxDetails, useMailboxChanged } from "../../api/mailbox.ts";
import type { Answers } from "../../api/schema.ts";
import { useApi } from "../../api/use-api.ts";

export type TestMessageResult = Answers["sendTestMessage"];

/** How far a test message has come. `late`: it was accepted, and the mailbox does not show it. */
export type Progress =
  | { readonly step: "idle" | "sending" }
  | { readonly step: "not-sent"; readonly error: unknown }
  | { readonly step: "refused" | "arriving" | "arrived" | "late"; readonly result: TestMessageResult };

const lookEveryMs = 700;
/** Accepted means kept; so long nobody has to wait. */
const patienceMs = 15_000;

/** Sends a test message, and looks at the mailbox until it is there. */
export function useTestMessage(mailbox: Pick<MailboxDetails, "id" | "lastReceivedAt">): {
  readonly progress: Progress;
  readonly send: () => void;
} {
  const { id } = mailbox;
  const api = useApi();
  const sending = useMutation({
    mutationFn: async () => {
      const before = mailbox.lastReceivedAt;
      const result = await answerOf(api.POST("/mailboxes/{id}/test-message", { params: { path: { id } } }));
      return { before, result, atMs: Date.now() };
    },
  });
  const sent = sending.data;
  const seen = useArrival(id, sent?.result.outcome === "accepted" ? sent : undefined);
  if (sending.isPending) return { progress: { step: "sending" }, send: () => undefined };
  const send = (): void => sending.mutate();
  if (sending.isError) return { progress: { step: "not-sent", error: sending.error }, send };
  if (sent === undefined) return { progress: { step: "idle" }, send };
  const step = sent.result.outcome === "accepted" ? seen : "refused";
  return { progress: { step, result: sent.result }, send };
}

interface Sent {
  readonly before: string | null;
  readonly result: TestMessageResult;
  readonly atMs: number;
}

/** Whether the mailbox shows a newer message than before. */
function useArrival(id: string, sent: Sent | undefined): "arriving" | "arrived" | "late" {
  const api = useApi();
  const changed = useMailboxChanged();
  const look = useQuery({
    queryKey: ["test-message", id, sent?.result.messageId],
    enabled: sent !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: ({ state: { data, dataUpdatedAt } }) =>
      data === true || (sent !== undefined && dataUpdatedAt - sent.atMs > patienceMs) ? false : lookEveryMs,
    queryFn: async ({ signal }) => {
      const { lastReceivedAt } = await answerOf(api.GET("/mailboxes/{id}", { params: { path: { id } }, signal }));
      return lastReceivedAt !== null && lastReceivedAt !== sent?.before;
    },
    structuralSharing: false,
  });
  const arrived = look.data === true;
  useEffect(() => {
    if (arrived) void changed(id);
    // oxlint-disable-next-line react/exhaustive-deps -- once for each arrival
  }, [arrived, sent]);
  if (arrived) return "arrived";
  const waitedMs = look.dataUpdatedAt - (sent?.atMs ?? 0);
  return look.isError || waitedMs > patienceMs ? "late" : "arriving";
}
