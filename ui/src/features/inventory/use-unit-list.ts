/** The units that the URL asks for. */
import { useCallback } from "react";

import { PagedList } from "~/components/paged-list";
import { usePagedList, type ShownList } from "~/components/use-paged-list";
import type { Unit } from "~/lib/bindings";
import { backend } from "~/lib/ipc";

import type { UnitSort } from "./search";

export function useUnitList(query: string, { key, descending }: UnitSort, calm: () => boolean): ShownList<Unit> {
  const open = useCallback(() => {
    const load = async (offset: number, limit: number) => {
      const { rows, total } = await backend.listUnits({ query, sort: key, descending, offset, limit });
      return { rows, total, exact: true };
    };
    return PagedList.open(load, { growsOnTop: key === "added" && descending });
  }, [query, key, descending]);
  return usePagedList(open, ["inventory"], calm);
}
