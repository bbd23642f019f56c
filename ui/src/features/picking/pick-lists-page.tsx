/** Every list that was printed or started, newest first: how far it is, and what can be done with it. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState, type ComponentType, type ReactNode } from "react";

import { Button } from "~/components/button";
import { useCommands } from "~/components/keys";
import { FailureNotice } from "~/components/notice";
import type { PickListEntry, PickListId } from "~/lib/bindings";
import { useNow } from "~/lib/clock";
import { counted, format } from "~/lib/format";
import { backend } from "~/lib/ipc";

import { LISTS, pickKeys } from "./pick-queries";
import { ProgressBar, StateChip } from "./run-head";
import styles from "./run.module.css";
import { useListActs } from "./use-list-acts";
import { printsText, progressText, totalsText } from "./words";

const ReprintDialog = lazy(() => import("./reprint-dialog"));

type Props = {
  /** A link to the run of a list. */
  RunLink: ComponentType<{ record: PickListId; children: ReactNode }>;
  /** Opens the pick list of all that is to be shipped. */
  onPick: () => void;
};

export function PickListsPage({ RunLink, onPick }: Props) {
  const now = useNow(30_000);
  const acts = useListActs();
  const [reprinted, setReprinted] = useState<PickListEntry | null>(null);
  const lists = useInfiniteQuery({
    queryKey: pickKeys.lists,
    queryFn: ({ pageParam }) => backend.pickLists(pageParam, LISTS),
    initialPageParam: null as PickListId | null,
    getNextPageParam: (last) => (last.length < LISTS ? null : (last.at(-1)?.record ?? null)),
  });
  useCommands([{ id: "new-pick-list", label: "New pick list", group: "Picking", words: "print", run: onPick }]);
  const entries = lists.data?.pages.flat() ?? [];
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>Pick lists</h1>
        <div className={styles.actions}>
          <Button look="primary" onClick={onPick}>
            New pick list…
          </Button>
        </div>
      </header>
      <div className={styles.lists} data-testid="pick-lists">
        {lists.error !== null && <FailureNotice error={lists.error} onAgain={() => void lists.refetch()} />}
        {lists.data !== undefined && entries.length === 0 && (
          <div className={styles.nothing}>
            <strong>No pick list yet</strong>
            <p>A list is kept here once it is printed or its run is started, until you finish or discard it.</p>
          </div>
        )}
        {entries.map((entry) => (
          <section
            key={entry.record}
            className={styles.list}
            data-state={entry.state}
            aria-label={`Pick list ${entry.id}`}
          >
            <div>
              <div className={styles.listTitle}>
                <span className="mono">
                  <RunLink record={entry.record}>{entry.id}</RunLink>
                </span>
                <StateChip entry={entry} />
              </div>
              <p className={styles.quiet}>
                <time dateTime={entry.created_at} title={format.absolute(entry.created_at)}>
                  {format.moment(entry.created_at, now)}
                </time>{" "}
                ·{" "}
                <span
                  title={entry.printed_at === null ? undefined : `Last printed ${format.absolute(entry.printed_at)}`}
                >
                  {printsText(entry)}
                </span>
              </p>
            </div>
            <div className={styles.listFar}>
              <ProgressBar entry={entry} />
              <p className="num">
                {progressText(entry)}
                {entry.state === "open" && entry.struck > 0 && (
                  <span className={styles.alarm}> · ✕ {counted(entry.struck, "unit")} not to be shipped</span>
                )}
              </p>
              <p className={styles.quiet}>
                {totalsText(entry)}
                {entry.totals.exceptions > 0 && `, ${counted(entry.totals.exceptions, "line")} not on the walk`}
              </p>
            </div>
            <div className={styles.listActs}>
              {entry.state === "open" && (
                <>
                  <Button
                    small
                    look="quiet"
                    disabled={acts.busy}
                    aria-label={`Discard ${entry.id}`}
                    onClick={() => void acts.discard(entry)}
                  >
                    Discard
                  </Button>
                  <Button
                    small
                    disabled={acts.busy}
                    aria-label={`Finish ${entry.id}`}
                    onClick={() => void acts.finish(entry)}
                  >
                    Finish
                  </Button>
                </>
              )}
              <Button
                small
                aria-label={`${entry.prints === 0 ? "Print" : "Reprint"} ${entry.id}`}
                onClick={() => setReprinted(entry)}
              >
                {entry.prints === 0 ? "Print…" : "Reprint…"}
              </Button>
            </div>
          </section>
        ))}
        {lists.hasNextPage && <Button onClick={() => void lists.fetchNextPage()}>Show older ones</Button>}
      </div>
      {reprinted !== null && (
        <Suspense>
          <ReprintDialog entry={reprinted} onClose={() => setReprinted(null)} />
        </Suspense>
      )}
    </div>
  );
}
