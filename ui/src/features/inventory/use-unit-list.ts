/** The units that the URL asks for; what is done in this window shows at once. */
import { useCallback } from "react";

import { useActed } from "~/components/acted";
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
    return PagedList.open(load, { growsOnTop: key === "added" && descending, one: backend.getUnit });
  }, [query, key, descending]);
  const shown = usePagedList(open, ["inventory"], calm);
  useActed(() => void shown.list?.apply());
  return shown;
}
