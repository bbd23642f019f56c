/** Every mapping: which set and condition an ASIN, or the number of another platform's line, stands for. */
import { Plus } from "lucide-react";
import { useCallback, useMemo, useRef, useState, type ReactNode } from "react";

import { useActed } from "~/components/acted";
import { useActiveRow } from "~/components/active-row";
import { Button } from "~/components/button";
import { DataGrid, type GridHandle } from "~/components/data-grid";
import { useCommands } from "~/components/keys";
import { AnchoredMenu } from "~/components/menu";
import { Nothing } from "~/components/nothing";
import { FailureNotice } from "~/components/notice";
import { Page } from "~/components/page";
import { PagedList } from "~/components/paged-list";
import { SearchField } from "~/components/search-field";
import { useActs } from "~/components/undo";
import { usePagedList } from "~/components/use-paged-list";
import { useCalm, WaitingPill } from "~/components/waiting-rows";
import type { Density, Mapping } from "~/lib/bindings";
import { counted } from "~/lib/format";
import { backend } from "~/lib/ipc";

import { mappingColumns, mappingCommands, type MappingActs, type MappingRow } from "./mapping-columns";
import { MappingDialog } from "./mapping-dialog";
import styles from "./mappings.module.css";

const ROW_HEIGHTS: Record<Density, number> = { compact: 26, normal: 34, comfortable: 42 };

type Props = {
  search: string;
  onSearch: (search: string) => void;
  density: Density;
  tabs: ReactNode;
  /** Shows the orders that a query finds. */
  onOrders: (query: string) => void;
};

const noRow = () => undefined;
const nowhere = () => {};
const never = () => {};
const NEWEST = { key: "number" as const, descending: false };

export function MappingsPage({ search, onSearch, density, tabs, onOrders }: Props) {
  const grid = useRef<GridHandle>(null);
  const input = useRef<HTMLInputElement>(null);
  const [active, setActive] = useState<number | null>(null);
  const [edited, setEdited] = useState<Mapping | "new" | null>(null);
  const [menu, setMenu] = useState<{ row: MappingRow; button: HTMLElement } | null>(null);
  const { done, failed } = useActs();
  const ids = useRef(new Map<string, number>());
  const open = useCallback(() => {
    const idOf = ({ number, is_asin: isAsin }: Mapping) => {
      const key = `${isAsin} ${number}`;
      const id = ids.current.get(key) ?? ids.current.size;
      ids.current.set(key, id);
      return id;
    };
    const load = async (offset: number, limit: number) => {
      const { rows, total } = await backend.listMappings(search, offset, limit);
      return { rows: rows.map((row): MappingRow => Object.assign(row, { id: idOf(row) })), total, exact: true };
    };
    return PagedList.open(load);
  }, [search]);
  const { calm, pointer } = useCalm(grid);
  const shown = usePagedList(open, ["mappings", "inventory", "orders"], calm);
  const { list, state, refused } = shown;
  useActed(() => void list?.apply());
  const showWaiting = () => {
    grid.current?.reveal(0);
    setActive(null);
    void list?.apply();
  };
  useActiveRow(list, active, setActive);

  const remove = useCallback(
    async (mapping: Mapping) => {
      try {
        const batch = await backend.deleteMapping(mapping.number, mapping.is_asin);
        done({ text: `Mapping of ${mapping.number} deleted`, detail: "Linked lines stay linked.", batch });
      } catch (thrown) {
        failed("The mapping was not deleted", thrown);
      }
    },
    [done, failed],
  );
  const acts = useMemo<MappingActs>(
    () => ({
      edit: setEdited,
      remove,
      showOrders: ({ orders_query: query }) => void (query !== null && onOrders(query)),
    }),
    [remove, onOrders],
  );
  const openMenu = useCallback(
    (row: MappingRow, button: HTMLElement) => setMenu((open) => (open?.button === button ? null : { row, button })),
    [],
  );
  const openMenuByKey = useCallback((row: MappingRow) => {
    document.querySelector<HTMLElement>(`[data-row-menu="${row.id}"]`)?.click();
  }, []);
  const columns = useMemo(() => mappingColumns(acts.showOrders, openMenu), [acts, openMenu]);
  const row = active === null ? undefined : list?.rowAt(active);
  const of = { group: "Inventory" as const, when: row !== undefined };
  const press = (key: string) => () => grid.current?.press(key);
  useCommands([
    {
      id: "map-search",
      label: "Search the mappings",
      keys: "/",
      group: "Inventory",
      run: () => input.current?.select(),
    },
    { id: "map-add", label: "Add a mapping", keys: "n", group: "Inventory", run: () => setEdited("new") },
    { id: "map-edit", label: "Change the mapping", keys: "Enter", heard: true, ...of, run: press("Enter") },
    {
      id: "map-orders",
      label: "Show the orders of the mapping",
      keys: "o",
      group: "Inventory",
      when: row !== undefined && row.orders_query !== null,
      run: () => row && acts.showOrders(row),
    },
    { id: "map-delete", label: "Delete the mapping", keys: "Delete", ...of, run: () => row && void remove(row) },
    {
      id: "map-menu",
      label: "Menu of the mapping",
      keys: "Shift F10 or ContextMenu",
      heard: true,
      ...of,
      run: press("ContextMenu"),
    },
  ]);
  return (
    <Page
      title="Inventory"
      beside={tabs}
      actions={
        <Button look="primary" icon={<Plus size={15} />} onClick={() => setEdited("new")}>
          Add mapping
        </Button>
      }
    >
      <div className={styles.filters}>
        <SearchField
          ref={input}
          label="Search the mappings"
          hint="ASIN, SKU, set or title"
          value={search}
          onChange={onSearch}
          found={list === null ? "" : counted(state.total, "mapping")}
        />
        <WaitingPill waiting={state.waiting} noun="mapping" onShow={showWaiting} />
      </div>
      {refused !== null && (
        <div className={styles.notice}>
          <FailureNotice error={refused} onAgain={shown.retry} />
        </div>
      )}
      <div className={styles.table} {...pointer(list)}>
        <DataGrid<MappingRow, "number">
          ref={grid}
          testId="mappings-table"
          label="Mappings"
          columns={columns}
          rows={list === null ? 0 : state.total}
          exact
          rowHeight={ROW_HEIGHTS[density]}
          rowAt={list?.rowAt ?? noRow}
          onRange={list?.look ?? nowhere}
          sort={NEWEST}
          onSort={never}
          active={active}
          onActive={setActive}
          onOpen={setEdited}
          isOpen={(row) => edited !== null && edited !== "new" && edited.number === row.number}
          onMenu={openMenuByKey}
          busy={shown.busy}
          overlay={
            <>
              <AnchoredMenu
                anchor={menu?.button ?? null}
                label={menu === null ? "" : `Mapping of ${menu.row.number}`}
                entries={menu === null ? [] : mappingCommands(menu.row, acts)}
                onClose={() => setMenu(null)}
                returnTo={() => menu?.button.closest<HTMLElement>("[role=grid]") ?? null}
              />
              {list !== null && state.total === 0 && (
                <Nothing inGrid title={search === "" ? "No mappings yet" : "Nothing found"}>
                  <p>
                    {search === ""
                      ? "Link an unmatched line of an order to a unit: its ASIN is remembered from then on."
                      : "No mapping matches these words."}
                  </p>
                </Nothing>
              )}
            </>
          }
        />
      </div>
      <MappingDialog
        open={edited !== null}
        mapping={edited === "new" ? null : edited}
        onClose={() => setEdited(null)}
      />
    </Page>
  );
}
