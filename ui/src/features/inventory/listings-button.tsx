/**
 * Asks Amazon for the seller's listings, which complete units by their SKU: ASIN, name and price.
 *
 * Amazon takes minutes, so what it is waited for is shown, and waiting can be stopped, also by a window that was opened
 * later or came back to the page: the core knows of every report that is under way.
 */
import { useIsMutating, useMutation, useQuery } from "@tanstack/react-query";
import { CloudDownload } from "lucide-react";

import { Button } from "~/components/button";
import { useCommands } from "~/components/keys";
import { useToast } from "~/components/toast";
import { useActs } from "~/components/undo";
import type { ListingsReport, ReportView } from "~/lib/bindings";
import { useNow } from "~/lib/clock";
import { counted, format } from "~/lib/format";
import { backend, Failure } from "~/lib/ipc";
import { queries } from "~/lib/query";

import styles from "./inventory.module.css";
import { countUnits } from "./words";

const FETCH = ["listings", "fetch"];
const STOP = ["listings", "stop"];

/** The first look at Amazon that is due, of all reports that are waited for. */
const nextLook = (reports: readonly ReportView[]) =>
  reports
    .map(({ next_at: at }) => at)
    .filter((at) => at !== null)
    .toSorted((one, other) => Date.parse(one) - Date.parse(other))[0];

export function ListingsButton() {
  const { data: app } = useQuery(queries.app);
  const offers = app !== undefined && (app.accounts > 0 || app.demo);
  return offers ? <Listings /> : null;
}

function Listings() {
  const { done, failed } = useActs();
  const toast = useToast();
  const fetching = useIsMutating({ mutationKey: FETCH }) > 0;
  const fetch = useMutation<ListingsReport, Failure>({
    mutationKey: FETCH,
    mutationFn: () => backend.fetchListings(),
    onSuccess: ({ listings, units_updated: units, problems, batch }) => {
      const detail = [`${countUnits(units)} completed by SKU.`, ...problems].join(" ");
      done({ text: `${counted(listings, "listing")} read`, detail, batch });
    },
    onError: (thrown) => {
      if (Failure.from(thrown).code !== "stopped") failed("The listings were not read", thrown);
      else {
        const detail = "Nothing was changed. Amazon may still make the report; the next time it is taken up.";
        toast({ text: "Listings stopped", detail });
      }
    },
  });
  const { data: reports = [] } = useQuery({
    queryKey: ["jobs", "listings"],
    queryFn: () => backend.listingsProgress(),
  });
  useCommands([
    {
      id: "listings",
      label: "Listings from Amazon",
      group: "Inventory",
      words: "asin price",
      when: !fetching,
      run: () => fetch.mutate(),
    },
  ]);
  const waited = reports.filter(({ active }) => active);
  return (
    <>
      {(fetching || waited.length > 0) && <Waiting reports={waited} />}
      <Button
        icon={<CloudDownload size={15} />}
        disabled={fetching}
        title="Amazon prepares the report first; that takes a few minutes."
        onClick={() => fetch.mutate()}
      >
        Listings from Amazon
      </Button>
    </>
  );
}

function Waiting({ reports }: { reports: readonly ReportView[] }) {
  const { failed } = useActs();
  const next = nextLook(reports);
  const now = useNow(next === undefined ? null : 1_000);
  const stop = useMutation<null, Failure>({
    mutationKey: STOP,
    mutationFn: () => backend.stopListings(),
    onError: (thrown) => failed("The listings were not stopped", thrown),
  });
  return (
    <>
      <span className={styles.waiting}>
        <span role="status">
          {reports.length === 0
            ? "Asking Amazon for the listings…"
            : `Waiting for ${counted(reports.length, "listings report")} from Amazon`}
        </span>
        {next !== undefined && <span> · next look in {format.countdown(next, now)}</span>}
      </span>
      <Button disabled={stop.isPending || reports.length === 0} onClick={() => stop.mutate()}>
        Stop
      </Button>
    </>
  );
}
