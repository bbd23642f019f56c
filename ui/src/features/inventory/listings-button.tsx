/** Asks Amazon for the seller's listings, which complete units by their SKU: ASIN, name and price. */
import { useQuery } from "@tanstack/react-query";
import { CloudDownload } from "lucide-react";
import { useState } from "react";

import { Button } from "~/components/button";
import { useActs } from "~/components/undo";
import { format } from "~/lib/format";
import { backend } from "~/lib/ipc";
import { queries } from "~/lib/query";

import { countUnits } from "./words";

export function ListingsButton() {
  const { data: app } = useQuery(queries.app);
  const { done, failed } = useActs();
  const [busy, setBusy] = useState(false);
  if (app === undefined || (app.accounts === 0 && !app.demo)) return null;
  const fetch = async () => {
    setBusy(true);
    try {
      const { listings, units_updated: units, problems, batch } = await backend.fetchListings();
      const read = listings === 1 ? "1 listing read" : `${format.number(listings)} listings read`;
      done({ text: read, detail: [`${countUnits(units)} completed by SKU.`, ...problems].join(" "), batch });
    } catch (thrown) {
      failed("The listings were not read", thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button
      icon={<CloudDownload size={15} />}
      disabled={busy}
      title="Amazon prepares the report first; that takes a few minutes."
      onClick={() => void fetch()}
    >
      {busy ? "Waiting for Amazon's report…" : "Listings from Amazon"}
    </Button>
  );
}
