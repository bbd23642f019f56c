/** The table of the stock: its columns by window width, the menu of a row, and what to do when nothing is found. */
import { useCallback, useMemo, useState, type HTMLAttributes, type Ref } from "react";

import { Button } from "~/components/button";
import { DataGrid, type GridHandle } from "~/components/data-grid";
import { AnchoredMenu, type MenuEntry } from "~/components/menu";
import { Nothing } from "~/components/nothing";
import type { PagedList } from "~/components/paged-list";
import { isPicked, type RowPicker } from "~/components/picked";
import { useWindowWidth } from "~/components/use-window-width";
import type { Unit, UnitSortKey } from "~/lib/bindings";

import styles from "./inventory.module.css";
import type { UnitSort } from "./search";
import { unitColumns } from "./unit-columns";
import { countUnits } from "./words";

type Props = {
  list: PagedList<Unit> | null;
  total: number;
  /** There is not one unit, whatever the filter. */
  isEmpty: boolean;
  busy: boolean;
  rowHeight: number;
  sort: UnitSort;
  onSort: (key: UnitSortKey) => void;
  active: number | null;
  onActive: (position: number) => void;
  picker: RowPicker;
  openId: number | null;
  onOpen: (unit: Unit) => void;
  commandsOf: (unit: Unit) => MenuEntry[];
  onClear: () => void;
  /** Hears whether the pointer is in the table. */
  pointer: Pick<HTMLAttributes<HTMLElement>, "onPointerEnter" | "onPointerMove" | "onPointerLeave">;
  ref: Ref<GridHandle>;
};

const noRow = () => undefined;
const nowhere = () => {};

export function UnitTable(props: Props) {
  const { list, total, isEmpty, picker, openId } = props;
  const width = useWindowWidth();
  const [menu, setMenu] = useState<{ unit: Unit; button: HTMLElement } | null>(null);
  const openMenu = useCallback(
    (unit: Unit, button: HTMLElement) => setMenu((open) => (open?.button === button ? null : { unit, button })),
    [],
  );
  const columns = useMemo(() => unitColumns(width, openMenu), [width, openMenu]);
  const isOpen = useCallback((unit: Unit) => unit.id === openId, [openId]);
  const openMenuByKey = useCallback((unit: Unit) => {
    document.querySelector<HTMLElement>(`[data-row-menu="${unit.id}"]`)?.click();
  }, []);
  return (
    <div className={styles.table} {...props.pointer}>
      <DataGrid<Unit, UnitSortKey>
        ref={props.ref}
        testId="stock-table"
        label="Stock"
        columns={columns}
        rows={list === null ? 0 : total}
        exact
        rowHeight={props.rowHeight}
        rowAt={list?.rowAt ?? noRow}
        onRange={list?.look ?? nowhere}
        sort={props.sort}
        onSort={props.onSort}
        active={props.active}
        onActive={props.onActive}
        onOpen={props.onOpen}
        isOpen={isOpen}
        onMenu={openMenuByKey}
        busy={props.busy}
        picking={{
          isPicked: (unit) => isPicked(picker.picked, unit.id),
          onToggle: (unit, at) => picker.toggle(unit.id, at),
          onExtend: picker.extend,
          head: picker.count === 0 ? "none" : picker.count === total ? "all" : "some",
          onHead: picker.count === 0 ? picker.all : picker.clear,
          headLabel: picker.count === 0 ? `Select all ${countUnits(total)}` : "Clear the selection",
          rowLabel: (unit) => `Select ${unit.set_number} ${unit.name}`,
        }}
        overlay={
          <>
            <AnchoredMenu
              anchor={menu?.button ?? null}
              label={menu === null ? "" : `Unit ${menu.unit.set_number}`}
              entries={menu === null ? [] : props.commandsOf(menu.unit)}
              onClose={() => setMenu(null)}
              returnTo={() => menu?.button.closest<HTMLElement>("[role=grid]") ?? null}
            />
            {list !== null && total === 0 && (
              <Nothing inGrid title={isEmpty ? "No units in stock yet" : "Nothing found"} testId="no-units">
                <p>
                  {isEmpty
                    ? "Import a CSV file, or add the first unit. Every unit has its own cost and place."
                    : "No unit matches. Words are looked for in set, name, SKU, ASIN and location."}
                </p>
                {!isEmpty && <Button onClick={props.onClear}>Clear the filter</Button>}
              </Nothing>
            )}
          </>
        }
      />
    </div>
  );
}
