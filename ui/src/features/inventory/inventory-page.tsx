/** The stock: one row for each physical unit. The URL is the filter, as on the orders' page. */
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, MapPin, Pencil, Plus, Trash2 } from "lucide-react";
import { useMemo, useRef, useState, type ReactNode } from "react";

import { useActiveRow } from "~/components/active-row";
import { BulkBar } from "~/components/bulk-bar";
import { Button } from "~/components/button";
import type { GridHandle } from "~/components/data-grid";
import { useCommands } from "~/components/keys";
import { Menu, type MenuEntry } from "~/components/menu";
import { FailureNotice } from "~/components/notice";
import { Page } from "~/components/page";
import { useRowPicker } from "~/components/picked";
import { SearchField } from "~/components/search-field";
import { useActs } from "~/components/undo";
import { useCalm, WaitingPill } from "~/components/waiting-rows";
import type { Density, Unit, UnitSelection } from "~/lib/bindings";
import { format } from "~/lib/format";
import { backend } from "~/lib/ipc";
import { LONGEST } from "~/lib/limits";
import { queries } from "~/lib/query";

import styles from "./inventory.module.css";
import { MoveDialog } from "./move-dialog";
import { inPlace, nextSort, placeOf, readSort, writeSort, type InventorySearch } from "./search";
import { StockCards } from "./stock-cards";
import { UnitDialog } from "./unit-dialog";
import { UnitTable } from "./unit-table";
import { useUnitList } from "./use-unit-list";
import { countUnits, leftAlone } from "./words";

const ROW_HEIGHTS: Record<Density, number> = { compact: 26, normal: 34, comfortable: 42 };

type Props = {
  search: InventorySearch;
  onSearch: (search: InventorySearch, replace: boolean) => void;
  density: Density;
  /** The pages of the stock to choose from. */
  tabs: ReactNode;
  /** Buttons of other features: import. */
  actions?: ReactNode;
  /** Opens the order that holds a unit. */
  onOrder: (order: number) => void;
};

export function InventoryPage({ search, onSearch, density, tabs, actions, onOrder }: Props) {
  const query = search.q ?? "";
  const sort = useMemo(() => readSort(search.sort), [search.sort]);
  const grid = useRef<GridHandle>(null);
  const input = useRef<HTMLInputElement>(null);
  const [active, setActive] = useState<number | null>(null);
  const [edited, setEdited] = useState<Unit | "new" | null>(null);
  const [moving, setMoving] = useState<{ selection: UnitSelection; count: number } | null>(null);
  const { done, failed } = useActs();

  const { calm, pointer } = useCalm(grid);
  const shown = useUnitList(query, sort, calm);
  const { list, state, refused } = shown;
  useActiveRow(list, active, setActive);
  const picker = useRowPicker(`${query} ${writeSort(sort) ?? ""}`, state.total, list);
  const counts = useQuery(queries.stockCounts);
  const locations = useQuery(queries.locations);

  const filter = (text: string, typing = false) => {
    setActive(null);
    onSearch({ ...search, q: text.trim() === "" ? undefined : text }, typing);
  };
  const selection: UnitSelection = picker.picked.all
    ? { matching: { query, except: [...picker.picked.except] } }
    : { ids: [...picker.picked.ids] };
  const remove = async (target: UnitSelection) => {
    try {
      const { units, skipped, batch } = await backend.deleteUnits(target);
      picker.clear();
      done({ text: `${countUnits(units)} deleted`, detail: leftAlone(skipped), batch });
    } catch (thrown) {
      failed("The units were not deleted", thrown);
    }
  };
  const save = async () => {
    const target: UnitSelection = picker.count > 0 ? selection : { matching: { query, except: [] } };
    try {
      const { path, rows: written } = await backend.exportUnits(target);
      done({ text: `${countUnits(written)} written`, detail: path });
    } catch (thrown) {
      failed("The file was not written", thrown);
    }
  };
  const withActive = (act: (unit: Unit, position: number) => void) => {
    const unit = active === null ? undefined : list?.rowAt(active);
    if (unit !== undefined && active !== null) act(unit, active);
  };
  const startMove = () => {
    if (picker.count > 0) setMoving({ selection, count: picker.count });
    else withActive((unit) => setMoving({ selection: { ids: [unit.id] }, count: 1 }));
  };
  const showWaiting = () => {
    grid.current?.reveal(0);
    setActive(null);
    void list?.apply();
  };
  const of = { group: "Inventory" as const, when: active !== null };
  const press = (key: string) => () => grid.current?.press(key);
  useCommands([
    { id: "unit-search", label: "Search the stock", keys: "/", group: "Inventory", run: () => input.current?.select() },
    { id: "unit-add", label: "Add units", keys: "n", group: "Inventory", run: () => setEdited("new") },
    {
      id: "unit-pick",
      label: "Select a unit",
      keys: "x",
      group: "Inventory",
      run: () => withActive((unit, at) => picker.toggle(unit.id, at)),
    },
    { id: "unit-all", label: "Select all units that match", keys: "Ctrl a", group: "Inventory", run: picker.all },
    { id: "unit-move", label: "Move units", keys: "l", group: "Inventory", words: "location storage", run: startMove },
    {
      id: "unit-none",
      label: "Clear the selection",
      keys: "Escape",
      group: "Inventory",
      when: picker.count > 0,
      run: picker.clear,
    },
    { id: "unit-edit", label: "Change the unit", keys: "Enter", heard: true, ...of, run: press("Enter") },
    {
      id: "unit-menu",
      label: "Menu of the unit",
      keys: "Shift F10 or ContextMenu",
      heard: true,
      ...of,
      run: press("ContextMenu"),
    },
    {
      id: "unit-delete",
      label: "Delete the selected units",
      group: "Inventory",
      when: picker.count > 0,
      run: () => void remove(selection),
    },
    { id: "unit-export", label: "Export units as CSV", group: "Inventory", run: () => void save() },
  ]);
  const empty = counts.data?.all === 0;
  const place = placeOf(query);
  return (
    <Page
      title="Inventory"
      beside={tabs}
      actions={
        <>
          {actions}
          <Button onClick={() => void save()} disabled={empty}>
            Export CSV
          </Button>
          <Button look="primary" icon={<Plus size={15} />} onClick={() => setEdited("new")}>
            Add units
          </Button>
        </>
      }
    >
      <StockCards query={query} onQuery={filter} />
      <div className={styles.filters}>
        <SearchField
          ref={input}
          label="Search the stock"
          hint="Set, name, SKU, ASIN, location, or status:in_stock"
          value={query}
          onChange={filter}
          most={LONGEST.query}
          found={list === null ? "" : countUnits(state.total)}
          wrong={refused?.code === "bad_query"}
          testId="stock-query"
        />
        <WaitingPill waiting={state.waiting} noun="unit" onShow={showWaiting} />
        <Menu
          label="Location"
          align="end"
          trigger={
            <Button>
              {place === null ? "All locations" : `In ${place}`} <ChevronDown size={14} aria-hidden />
            </Button>
          }
          entries={[
            { id: "", label: "All locations", chosen: place === null, run: () => filter(inPlace(query, null)) },
            ...(locations.data ?? []).slice(0, 100).map(({ location, units }) => ({
              id: location,
              label: `${location} · ${format.number(units)}`,
              chosen: place === location,
              run: () => filter(inPlace(query, location)),
            })),
          ]}
        />
      </div>
      {refused !== null && (
        <div className={styles.notice}>
          {refused.code === "bad_query" ? (
            <p role="alert" className={styles.wrong}>
              {refused.message}
            </p>
          ) : (
            <FailureNotice error={refused} onAgain={shown.retry} />
          )}
        </div>
      )}
      <UnitTable
        ref={grid}
        list={list}
        total={state.total}
        isEmpty={empty}
        busy={shown.busy}
        rowHeight={ROW_HEIGHTS[density]}
        sort={sort}
        onSort={(key) => onSearch({ ...search, sort: writeSort(nextSort(sort, key)) }, false)}
        active={active}
        onActive={setActive}
        picker={picker}
        openId={edited === null || edited === "new" ? null : edited.id}
        onOpen={setEdited}
        commandsOf={unitCommands}
        onClear={() => filter("")}
        pointer={pointer(list)}
      />
      {picker.count > 0 && (
        <BulkBar count={picker.count} total={state.total} onClear={picker.clear}>
          <Button small icon={<MapPin size={14} />} onClick={startMove}>
            Move {countUnits(picker.count)}
          </Button>
          <Button small onClick={() => void save()}>
            Export CSV
          </Button>
          <Button small look="danger" icon={<Trash2 size={14} />} onClick={() => void remove(selection)}>
            Delete {countUnits(picker.count)}
          </Button>
        </BulkBar>
      )}
      <UnitDialog open={edited !== null} unit={edited === "new" ? null : edited} onClose={() => setEdited(null)} />
      {moving !== null && <MoveDialog open {...moving} onClose={() => setMoving(null)} />}
    </Page>
  );

  function unitCommands(unit: Unit): MenuEntry[] {
    const { claim } = unit;
    return [
      { id: "edit", label: "Change", keys: "Enter", icon: <Pencil size={14} />, run: () => setEdited(unit) },
      {
        id: "move",
        label: "Move…",
        keys: "L",
        icon: <MapPin size={14} />,
        run: () => setMoving({ selection: { ids: [unit.id] }, count: 1 }),
      },
      ...(claim === null
        ? [{ id: "delete", label: "Delete", icon: <Trash2 size={14} />, run: () => void remove({ ids: [unit.id] }) }]
        : [{ id: "order", label: `Show order ${claim.platform_order_id}`, run: () => onOrder(claim.order) }]),
    ];
  }
}
