/** How long an errand at Amazon waits for its limit. Nothing is shown while nothing waits, so that a quick answer stays quick. */
import { useQuery } from "@tanstack/react-query";

import { useNow } from "~/lib/clock";
import { backend } from "~/lib/ipc";

import styles from "./accounts.module.css";

const SECOND = 1000;

export function Waits({ busy }: { busy: boolean }) {
  const now = useNow(busy ? SECOND : null);
  const { data: until } = useQuery({
    queryKey: ["waits"],
    queryFn: () => backend.waitsUntil(),
    enabled: busy,
    refetchInterval: SECOND,
    staleTime: 0,
    gcTime: 0,
  });
  const waits = busy && until !== undefined && until !== null;
  return (
    <p className={styles.hint} role="status">
      {waits && `Amazon's limit is reached: asked again in ${secondsTo(until, now)} s…`}
    </p>
  );
}

function secondsTo(instant: string, now: number): number {
  return Math.max(1, Math.ceil((Date.parse(instant) - now) / SECOND));
}
