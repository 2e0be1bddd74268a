// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from "react";
import { useSignOut } from "../api/session.ts";
import { signInEndedEvent } from "./connection.ts";

/** As long as the gateway waits; what pages fetch by themselves looks like use there, and is none. */
const idleMs = 30 * 60_000;
const lookEveryMs = 30_000;
/** Shared by the windows of one browser: who works in one of them is not away. */
const lastInputKey = "postern-last-input";

/** Signs out whoever has not touched keyboard, pointer or screen for half an hour. */
export function useIdleSignOut(): void {
  const signOut = useSignOut();
  const latest = useRef(signOut);
  useEffect(() => {
    latest.current = signOut;
  }, [signOut]);
  useEffect(() => {
    const note = (): void => localStorage.setItem(lastInputKey, String(Date.now()));
    note();
    const timer = setInterval(() => {
      if (Date.now() - Number(localStorage.getItem(lastInputKey)) < idleMs) return;
      const ended = (): boolean => dispatchEvent(new Event(signInEndedEvent));
      // A gateway that does not answer is asked again at the next look.
      void latest.current().then(ended, () => undefined);
    }, lookEveryMs);
    const inputs = ["pointerdown", "keydown", "wheel", "touchstart"];
    for (const each of inputs) addEventListener(each, note, { passive: true });
    return () => {
      clearInterval(timer);
      for (const each of inputs) removeEventListener(each, note);
    };
  }, []);
}
