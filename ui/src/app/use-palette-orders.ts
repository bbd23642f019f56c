/** Orders that the palette can jump to: those whose id, SKU, ASIN or title holds what is typed. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import type { OrderRow } from "~/lib/bindings";
import { backend } from "~/lib/ipc";

const PAUSE = 120;
const SHORTEST = 3;
const MOST = 5;
const none: readonly OrderRow[] = [];

export function usePaletteOrders(typed: string): readonly OrderRow[] {
  const wanted = typed.trim().replaceAll('"', "");
  const [asked, setAsked] = useState("");
  useEffect(() => {
    const pause = setTimeout(() => setAsked(wanted), PAUSE);
    return () => clearTimeout(pause);
  }, [wanted]);
  const { data } = useQuery({
    queryKey: ["orders", "palette", asked],
    queryFn: () =>
      backend.listOrders({
        // In quotes: what is looked for is text, whatever the query language makes of it.
        query: `"${asked}"`,
        platform: null,
        account: null,
        sort: { key: "date", descending: true },
        place: "first",
        limit: MOST,
      }),
    enabled: asked.length >= SHORTEST,
    gcTime: 0,
  });
  return asked === wanted && asked.length >= SHORTEST ? (data?.rows ?? none) : none;
}
