/** What Packlight did: every run of the sync with its calls and errors, and every act of the seller with its undo. */
import { useInfiniteQuery } from "@tanstack/react-query";

import { Button } from "~/components/button";
import { useCommands } from "~/components/keys";
import { Nothing } from "~/components/nothing";
import { FailureNotice } from "~/components/notice";
import { Page } from "~/components/page";
import { useNow } from "~/lib/clock";
import { backend } from "~/lib/ipc";
import { keys } from "~/lib/query";

import { ActList } from "./act-list";
import styles from "./activity.module.css";
import { RunTable } from "./run-table";

const PAGE = 50;

type Tab = "runs" | "acts";
const TABS: readonly { id: Tab; label: string }[] = [
  { id: "runs", label: "Syncs and imports" },
  { id: "acts", label: "What was done here" },
];

export function ActivityPage({ tab, onTab }: { tab: Tab; onTab: (tab: Tab) => void }) {
  useCommands(
    TABS.map(({ id, label }) => ({
      id: `activity-${id}`,
      label: `Show ${label}`,
      group: "View",
      run: () => onTab(id),
    })),
  );
  return (
    <Page
      title="Activity"
      beside={
        <div className={styles.tabs} role="group" aria-label="What to show">
          {TABS.map(({ id, label }) => (
            <button key={id} type="button" className={styles.tab} aria-pressed={tab === id} onClick={() => onTab(id)}>
              {label}
            </button>
          ))}
        </div>
      }
    >
      <div className={styles.body}>{tab === "runs" ? <Runs /> : <Acts />}</div>
    </Page>
  );
}

function Runs() {
  const now = useNow(30_000);
  const runs = useInfiniteQuery({
    queryKey: keys.runs,
    queryFn: ({ pageParam }) => backend.activityRuns(pageParam, PAGE),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => (last.length < PAGE ? null : (last.at(-1)?.id ?? null)),
  });
  const rows = runs.data?.pages.flat() ?? [];
  if (runs.error !== null) return <FailureNotice error={runs.error} onAgain={() => void runs.refetch()} />;
  if (runs.data === undefined) return null;
  if (rows.length === 0) {
    return (
      <Nothing title="No sync yet">
        <p>Every run is written down here: what it read, what it cost, and what went wrong.</p>
      </Nothing>
    );
  }
  return (
    <>
      <RunTable runs={rows} now={now} />
      <More shown={runs.hasNextPage} onMore={() => void runs.fetchNextPage()} />
    </>
  );
}

function Acts() {
  const now = useNow(30_000);
  const acts = useInfiniteQuery({
    queryKey: keys.acts,
    queryFn: ({ pageParam }) => backend.activityActs(pageParam, PAGE),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => (last.length < PAGE ? null : (last.at(-1)?.batch ?? null)),
  });
  const entries = acts.data?.pages.flat() ?? [];
  if (acts.error !== null) return <FailureNotice error={acts.error} onAgain={() => void acts.refetch()} />;
  if (acts.data === undefined) return null;
  if (entries.length === 0) {
    return (
      <Nothing title="Nothing was done here yet">
        <p>Links, moves, imports and notes are listed here, each with its undo.</p>
      </Nothing>
    );
  }
  return (
    <>
      <ActList entries={entries} now={now} />
      <More shown={acts.hasNextPage} onMore={() => void acts.fetchNextPage()} />
    </>
  );
}

function More({ shown, onMore }: { shown: boolean; onMore: () => void }) {
  return shown ? <Button onClick={onMore}>Show older ones</Button> : null;
}
