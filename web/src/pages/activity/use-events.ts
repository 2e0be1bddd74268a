// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "react";

/** One event of the stream. */
export interface GatewayEvent {
  readonly id: number;
  readonly at: string;
  readonly level: string;
  readonly code: string;
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** More would only slow the page down; the log has them all. */
const kept = 300;

export type StreamState = "opening" | "open" | "lost";

/** What happens, newest first, from the moment when the page was opened. The browser takes up a lost stream by itself. */
export function useEvents(): {
  readonly events: readonly GatewayEvent[];
  readonly state: StreamState;
  readonly clear: () => void;
} {
  const [events, setEvents] = useState<readonly GatewayEvent[]>([]);
  const [state, setState] = useState<StreamState>("opening");
  useEffect(() => {
    const source = new EventSource("/api/v1/events");
    source.addEventListener("open", () => setState("open"));
    source.addEventListener("error", () => setState("lost"));
    source.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const event: unknown = JSON.parse(data);
      if (isEvent(event)) setEvents((before) => [event, ...before].slice(0, kept));
    });
    return () => source.close();
  }, []);
  return { events, state, clear: () => setEvents([]) };
}

function isEvent(value: unknown): value is GatewayEvent {
  if (typeof value !== "object" || value === null) return false;
  return (
    "id" in value &&
    typeof value.id === "number" &&
    "at" in value &&
    typeof value.at === "string" &&
    "level" in value &&
    typeof value.level === "string" &&
    "code" in value &&
    typeof value.code === "string" &&
    "text" in value &&
    typeof value.text === "string" &&
    "fields" in value &&
    typeof value.fields === "object" &&
    value.fields !== null
  );
}
