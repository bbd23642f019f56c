/** Units for a line: the proposals, and what a search finds once its typing pauses. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import type { LineKey } from "~/lib/bindings";
import { backend } from "~/lib/ipc";

const PAUSE = 150;
const MOST = 50;

export function useCandidates(line: LineKey, search: string) {
  const [asked, setAsked] = useState(search);
  useEffect(() => {
    const pause = setTimeout(() => setAsked(search), PAUSE);
    return () => clearTimeout(pause);
  }, [search]);
  const query = useQuery({
    queryKey: ["candidates", line, asked.trim()],
    queryFn: () => backend.matchCandidates(line, asked.trim(), MOST),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  const { data } = query;
  // What was found for another line is no proposal for this one.
  const ofThis = data?.line.order === line.order && data.line.order_item_id === line.order_item_id;
  return { ...query, candidates: ofThis ? data : undefined, settled: asked === search && !query.isPlaceholderData };
}
