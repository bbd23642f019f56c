/** Puts the pages beside the orders together: the stock with its imports, the mappings, and what was done. */
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { FileUp } from "lucide-react";
import { useState } from "react";

import { Button } from "~/components/button";
import { useCommands } from "~/components/keys";
import { ActivityPage } from "~/features/activity/activity-page";
import { ImportDialog } from "~/features/imports/import-dialog";
import { InventoryPage } from "~/features/inventory/inventory-page";
import type { InventorySearch } from "~/features/inventory/search";
import { ListingsButton } from "~/features/inventory/listings-button";
import { MappingsPage } from "~/features/mappings/mappings-page";
import { usePreferences } from "~/features/settings/use-preferences";

import styles from "./desk-routes.module.css";

const PAGES = [
  { to: "/inventory", label: "Units" },
  { to: "/inventory/mappings", label: "Mappings" },
] as const;

function StockTabs() {
  return (
    <nav className={styles.tabs} aria-label="Stock">
      {PAGES.map(({ to, label }) => (
        <Link key={to} to={to} className={styles.tab} activeOptions={{ exact: true, includeSearch: false }}>
          {label}
        </Link>
      ))}
    </nav>
  );
}

export function InventoryRoute() {
  const search = useSearch({ strict: false }) as InventorySearch;
  const navigate = useNavigate();
  const { preferences } = usePreferences();
  const [importing, setImporting] = useState(false);
  useCommands([
    { id: "unit-import", label: "Import units", group: "Inventory", words: "csv file", run: () => setImporting(true) },
  ]);
  return (
    <>
      <InventoryPage
        search={search}
        onSearch={(next, replace) => void navigate({ to: "/inventory", search: next, replace })}
        density={preferences.density}
        tabs={<StockTabs />}
        actions={
          <>
            <ListingsButton />
            <Button icon={<FileUp size={15} />} onClick={() => setImporting(true)}>
              Import CSV
            </Button>
          </>
        }
        onOrder={(order) => void navigate({ to: "/orders", search: { order: String(order) } })}
      />
      <ImportDialog
        open={importing}
        kind="units"
        title="Import units"
        about="A CSV file with a row for each unit, or a quantity column. Set number and condition are needed; name, location, cost, purchase date, SKU, ASIN, price and notes are taken where they are there. Any names of columns will do."
        onClose={() => setImporting(false)}
      />
    </>
  );
}

export function MappingsRoute() {
  const { q = "" } = useSearch({ strict: false }) as { q?: string };
  const navigate = useNavigate();
  const { preferences } = usePreferences();
  return (
    <MappingsPage
      search={q}
      onSearch={(next) =>
        void navigate({ to: "/inventory/mappings", search: next === "" ? {} : { q: next }, replace: true })
      }
      density={preferences.density}
      tabs={<StockTabs />}
      onOrders={(query) => void navigate({ to: "/orders", search: { q: query } })}
    />
  );
}

export function ActivityRoute() {
  const { tab } = useSearch({ strict: false }) as { tab?: "acts" };
  const navigate = useNavigate();
  return (
    <ActivityPage
      tab={tab ?? "runs"}
      onTab={(next) => void navigate({ to: "/activity", search: next === "acts" ? { tab: "acts" } : {} })}
    />
  );
}
