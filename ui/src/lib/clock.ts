/** The present for components that show time: one timer each, stopped with the component. */
import { useEffect, useState } from "react";

/** Milliseconds since 1970, renewed every `every` milliseconds. */
export function useNow(every: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
