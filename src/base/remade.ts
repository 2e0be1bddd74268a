// SPDX-License-Identifier: Apache-2.0

/** What is made from a value, and made anew when the value is another one: for settings that change while we run. */
export function remade<T, R>(source: () => T, make: (value: T) => R): () => R {
  let from = source();
  let made = make(from);
  return () => {
    const now = source();
    if (now !== from) {
      made = make(now);
      from = now;
    }
    return made;
  };
}
