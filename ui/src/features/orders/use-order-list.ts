/** The orders that the URL asks for; what is done in this window shows at once. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";

import { useActed } from "~/components/acted";
import { PagedList, type ListPage, type Load } from "~/components/paged-list";
import { usePagedList, type ShownList } from "~/components/use-paged-list";
import type { ListRequest, OrderPage, OrderRow } from "~/lib/bindings";
import { backend } from "~/lib/ipc";
import { firstOrders, forgetFirstOrders } from "~/lib/query";

/** What a list is of. */
export type ListOf = Pick<ListRequest, "query" | "platform" | "sort">;

const pageOf = ({ rows, total, total_is_exact: exact }: OrderPage): ListPage<OrderRow> => ({ rows, total, exact });

const reader =
  (of: ListOf): Load<OrderRow> =>
  async (position, limit) => {
    const place = position === 0 ? ("first" as const) : { near: position };
    return pageOf(await backend.listOrders({ ...of, account: null, place, limit }));
  };

const optionsOf = (of: ListOf) => ({
  growsOnTop: of.sort.descending && (of.sort.key === "date" || of.sort.key === "updated"),
  count: () => backend.countOrders({ ...of, account: null, place: "first", limit: 1 }),
  one: async (id: number) => (await backend.getOrder(id)).row,
});

const isOf = ({ query, platform, sort }: ListRequest, of: ListOf): boolean =>
  query === of.query && platform === of.platform && sort.key === of.sort.key && sort.descending === of.sort.descending;

export function useOrderList({ query, platform, sort }: ListOf, calm: () => boolean): ShownList<OrderRow> {
  const { key, descending } = sort;
  const client = useQueryClient();
  const open = useCallback(() => {
    const of = { query, platform, sort: { key, descending } };
    return PagedList.open(reader(of), optionsOf(of));
  }, [query, platform, key, descending]);
  // The page was given the rows of the list that it opens with.
  const given = () => {
    const of = { query, platform, sort: { key, descending } };
    const first = firstOrders(client);
    return first !== undefined && isOf(first.request, of)
      ? new PagedList(reader(of), pageOf(first.page), optionsOf(of))
      : null;
  };
  const shown = usePagedList(open, ["orders"], calm, given);
  useActed(() => void shown.list?.apply());
  useEffect(() => forgetFirstOrders(client), [client]);
  return shown;
}
