/** The present for components that show time: one timer each, stopped with the component. */
import { useEffect, useState } from "react";

/** Milliseconds since 1970, renewed every `every` milliseconds; not at all where there is `null` and no time to show. */
export function useNow(every: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (every === null) return undefined;
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
