/**
 * Told whenever an act of this window was carried out or taken back, so that a list can show at once what the seller
 * has just done to it. What others do reaches a list by the core's news alone, and may have to wait there.
 */
import { useEffect, useEffectEvent } from "react";

const listeners = new Set<() => void>();

/** Says that an act of this window has changed the data. */
export function tellActed(): void {
  for (const heard of listeners) heard();
}

/** Runs `changed` after every act of this window. */
export function useActed(changed: () => void): void {
  const heard = useEffectEvent(changed);
  useEffect(() => {
    const tell = () => heard();
    listeners.add(tell);
    return () => void listeners.delete(tell);
  }, []);
}
