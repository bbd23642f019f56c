/** Every mapping: which set and condition an ASIN, or the number of another platform's line, stands for. */
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useCallback, useMemo, useRef, useState, type ReactNode } from "react";

import { useActed } from "~/components/acted";
import { Button, IconButton } from "~/components/button";
import { DataGrid, type Column, type GridHandle } from "~/components/data-grid";
import { Nothing } from "~/components/nothing";
import { FailureNotice } from "~/components/notice";
import { Page } from "~/components/page";
import { PagedList } from "~/components/paged-list";
import { SearchField } from "~/components/search-field";
import { useActs } from "~/components/undo";
import { usePagedList } from "~/components/use-paged-list";
import { useCalm, WaitingPill } from "~/components/waiting-rows";
import type { Density, Mapping } from "~/lib/bindings";
import { counted, format } from "~/lib/format";
import { backend } from "~/lib/ipc";

import { MappingDialog } from "./mapping-dialog";
import styles from "./mappings.module.css";

const ROW_HEIGHTS: Record<Density, number> = { compact: 26, normal: 34, comfortable: 42 };

/** The grid tells rows apart by a number; a mapping has none, so it is given one when it is first seen. */
export type MappingRow = Mapping & { id: number };

type Props = {
  search: string;
  onSearch: (search: string) => void;
  density: Density;
  tabs: ReactNode;
  /** Shows the orders whose lines a mapping matches. */
  onOrders: (number: string, isAsin: boolean) => void;
};

const noRow = () => undefined;
const nowhere = () => {};
const never = () => {};
const NEWEST = { key: "number" as const, descending: false };

export function MappingsPage({ search, onSearch, density, tabs, onOrders }: Props) {
  const grid = useRef<GridHandle>(null);
  const [active, setActive] = useState<number | null>(null);
  const [edited, setEdited] = useState<Mapping | "new" | null>(null);
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
  // Where the last row has gone, the one that is the last now.
  const at = active === null || state.total === 0 ? null : Math.min(active, state.total - 1);

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
  const columns = useMemo(() => columnsFor({ onEdit: setEdited, onRemove: remove, onOrders }), [remove, onOrders]);
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
          active={at}
          onActive={setActive}
          onOpen={setEdited}
          isOpen={(row) => edited !== null && edited !== "new" && edited.number === row.number}
          busy={shown.busy}
          overlay={
            list !== null &&
            state.total === 0 && (
              <Nothing inGrid title={search === "" ? "No mappings yet" : "Nothing found"}>
                <p>
                  {search === ""
                    ? "Link an unmatched line of an order to a unit: its ASIN is remembered from then on."
                    : "No mapping matches these words."}
                </p>
              </Nothing>
            )
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

type RowActs = {
  onEdit: (mapping: Mapping) => void;
  onRemove: (mapping: Mapping) => Promise<void>;
  onOrders: (number: string, isAsin: boolean) => void;
};

function columnsFor({ onEdit, onRemove, onOrders }: RowActs): Column<MappingRow, "number">[] {
  return [
    {
      id: "number",
      header: "ASIN or SKU",
      width: "150px",
      cell: (row) => (
        <bdi className={`${styles.strong} mono`} title={row.number}>
          {row.number}
        </bdi>
      ),
    },
    { id: "of", header: "Of", width: "120px", cell: (row) => (row.is_asin ? "Amazon" : "Other platforms") },
    {
      id: "set",
      header: "Set",
      width: "110px",
      cell: (row) => <bdi className={`${styles.strong} mono`}>{row.set_number}</bdi>,
    },
    { id: "condition", header: "Condition", width: "120px", cell: (row) => <bdi>{row.condition}</bdi> },
    {
      id: "title",
      header: "Newest line",
      width: "minmax(120px, 1fr)",
      cell: (row) => (
        <bdi className="ellipsis" title={row.title ?? undefined}>
          {row.title ?? "—"}
        </bdi>
      ),
    },
    { id: "free", header: "Free units", width: "90px", align: "end", cell: (row) => format.number(row.free_units) },
    {
      id: "lines",
      header: "Lines",
      width: "80px",
      align: "end",
      cell: (row) => (
        <Button
          look="quiet"
          small
          tabIndex={-1}
          title={`Show the orders with ${row.number}`}
          onClick={(event) => {
            event.stopPropagation();
            onOrders(row.number, row.is_asin);
          }}
        >
          {format.number(row.lines)}
        </Button>
      ),
    },
    {
      id: "acts",
      header: "",
      width: "84px",
      align: "end",
      cell: (row) => (
        <>
          <IconButton
            label={`Change the mapping of ${row.number}`}
            tabIndex={-1}
            onClick={(event) => {
              event.stopPropagation();
              onEdit(row);
            }}
          >
            <Pencil size={14} />
          </IconButton>
          <IconButton
            label={`Delete the mapping of ${row.number}`}
            tabIndex={-1}
            onClick={(event) => {
              event.stopPropagation();
              void onRemove(row);
            }}
          >
            <Trash2 size={14} />
          </IconButton>
        </>
      ),
    },
  ];
}
