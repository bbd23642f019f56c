/** What was done about a damaged database at this start, until it has been read. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { Button } from "~/components/button";
import { Notice } from "~/components/notice";
import { useNow } from "~/lib/clock";
import { counted } from "~/lib/format";
import { backend } from "~/lib/ipc";

import { dataQueries } from "./data-queries";
import styles from "./data.module.css";
import { madeAt } from "./words";

export function RepairNotice() {
  const client = useQueryClient();
  const now = useNow(60_000);
  const { data: report } = useQuery(dataQueries.repair);
  const dismiss = useMutation({
    mutationFn: () => backend.dismissRepairReport(),
    onSuccess: () => client.setQueryData(dataQueries.repair.queryKey, null),
  });
  if (report === undefined || report === null) return null;
  const { backup } = report;
  const acts =
    report.acts_kept + report.acts_lost === 0
      ? ""
      : ` Of what you did since, ${counted(report.acts_kept, "act")} came along and ${counted(report.acts_lost, "act")} could not.`;
  return (
    <div className={styles.above}>
      <Notice
        tone="warn"
        step={
          <Button small onClick={() => dismiss.mutate()}>
            Understood
          </Button>
        }
      >
        <strong>The database was damaged and has been replaced.</strong>{" "}
        {backup === null
          ? "There was no good backup, so it begins empty."
          : report.from_itself
            ? "What could be read of it was whole and has been copied."
            : `The backup of ${madeAt(backup, now)} took its place.${acts}`}{" "}
        The next sync reads Amazon’s changes again. The damaged files are kept for a month at least, as{" "}
        {report.quarantine}.
      </Notice>
    </div>
  );
}
