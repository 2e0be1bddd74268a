// SPDX-License-Identifier: Apache-2.0
import { useEffect } from "react";

/** Closing the window or loading the page anew would lose what is shown once: the browser asks first. */
export function useKeepPage(needed: boolean): void {
  useEffect(() => {
    if (!needed) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [needed]);
}

/** Gives a text to the browser to be kept as a file. */
export function saveFile(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
