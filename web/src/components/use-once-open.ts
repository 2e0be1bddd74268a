// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";

/** Whether something has been open at any time: until then its code need not be there, and afterwards it may end as it likes. */
export function useOnceOpen(open: boolean): boolean {
  const [was, setWas] = useState(open);
  if (open && !was) setWas(true);
  return was || open;
}
