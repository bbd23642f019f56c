/** Orders of platforms that are read from files: when a file was imported last, and the way to import one. */
import { useQuery } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { lazy, Suspense, useState } from "react";

import { Button } from "~/components/button";
import { useCommands } from "~/components/keys";
import { useEver } from "~/components/use-ever";
import type { Platform } from "~/lib/bindings";
import { useNow } from "~/lib/clock";
import { format } from "~/lib/format";
import { queries } from "~/lib/query";

const ImportDialog = lazy(() =>
  import("~/features/imports/import-dialog").then((module) => ({ default: module.ImportDialog })),
);

export type FilePlatform = Extract<Platform, "ebay" | "bricqer">;

const FILES: Record<FilePlatform, { title: string; about: string }> = {
  ebay: {
    title: "Import eBay orders",
    about:
      "The orders report of eBay’s Seller Hub, as CSV. Names and addresses of buyers are left out. Importing a file again changes nothing.",
  },
  bricqer: {
    title: "Import Bricqer orders",
    about:
      "Orders exported as CSV, one row for each item. Names and addresses of buyers are left out. Importing a file again changes nothing.",
  },
};

export function LastImport({ platform }: { platform: FilePlatform }) {
  const { data: accounts } = useQuery(queries.accounts);
  const now = useNow(60_000);
  const last = accounts
    ?.filter((account) => account.platform === platform)
    .flatMap(({ last_check_at }) => last_check_at ?? [])
    .toSorted()
    .at(-1);
  if (accounts === undefined) return null;
  if (last === undefined) return "Nothing imported yet";
  return <span title={format.absolute(last)}>Imported {format.moment(last, now)}</span>;
}

/** *Import orders file*, with its dialog. */
export default function ImportOrders({ platform, small = false }: { platform: FilePlatform; small?: boolean }) {
  const { data: app } = useQuery(queries.app);
  const [open, setOpen] = useState(false);
  const wanted = useEver(open);
  const isReadOnly = app?.problem?.code === "read_only";
  useCommands([
    {
      id: `import-${platform}`,
      label: FILES[platform].title,
      group: "Orders",
      words: "file csv",
      when: !isReadOnly,
      run: () => setOpen(true),
    },
  ]);
  return (
    <>
      <Button small={small} icon={<FileUp size={14} aria-hidden />} disabled={isReadOnly} onClick={() => setOpen(true)}>
        Import orders file
      </Button>
      <Suspense>
        {wanted && (
          <ImportDialog open={open} kind={{ orders: platform }} {...FILES[platform]} onClose={() => setOpen(false)} />
        )}
      </Suspense>
    </>
  );
}
