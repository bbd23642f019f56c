/** The orders that the URL asks for. */
import { useCallback } from "react";

import { PagedList } from "~/components/paged-list";
import { usePagedList, type ShownList } from "~/components/use-paged-list";
import type { ListRequest, OrderRow } from "~/lib/bindings";
import { backend } from "~/lib/ipc";

/** What a list is of. */
export type ListOf = Pick<ListRequest, "query" | "platform" | "sort">;

export function useOrderList({ query, platform, sort }: ListOf, calm: () => boolean): ShownList<OrderRow> {
  const { key, descending } = sort;
  const open = useCallback(() => {
    const of = { query, platform, account: null, sort: { key, descending } };
    const load = async (position: number, limit: number) => {
      const place = position === 0 ? ("first" as const) : { near: position };
      const { rows, total, total_is_exact: exact } = await backend.listOrders({ ...of, place, limit });
      return { rows, total, exact };
    };
    return PagedList.open(load, { growsOnTop: descending && (key === "date" || key === "updated") });
  }, [query, platform, key, descending]);
  return usePagedList(open, ["orders"], calm);
}
