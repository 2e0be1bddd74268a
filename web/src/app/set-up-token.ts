// SPDX-License-Identifier: Apache-2.0

/** Of the link that `postern serve` prints. Taken out of the address bar at once: it must not stay in the history. */
export function takeSetUpToken(): string | undefined {
  const token = /^#set-up=([\w-]+)$/.exec(location.hash)?.[1];
  if (token !== undefined) history.replaceState(null, "", "/");
  return token;
}
