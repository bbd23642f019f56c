/** Whether something has been wanted at least once: what is loaded on demand stays from then on, to close in its own time. */
import { useState } from "react";

export function useEver(wanted: boolean): boolean {
  const [ever, setEver] = useState(wanted);
  if (wanted && !ever) setEver(true);
  return ever || wanted;
}
