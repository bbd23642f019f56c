/**
 * Matching as the pages of orders use it: what their badges, keys and lines start, and the dialogs that follow.
 *
 * One line leads to the next only where the seller began to go through them (`m`); otherwise the window is afterwards as
 * it was before. What is already skipped is not offered again while it lasts.
 */
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useMemo, useRef, useState, type ReactNode } from "react";

import { useToast } from "~/components/toast";
import { useActs } from "~/components/undo";
import type { OrderItem, OrderRow, OrderRowId, UnitId } from "~/lib/bindings";
import { format } from "~/lib/format";
import { backend } from "~/lib/ipc";
import { queries } from "~/lib/query";

import { isOpenLine, lineKey, lineName, makesMapping, type MatchTask, type TriageList } from "./match-task";
import type { TriageFrom } from "./triage";

// Loaded when the first of them is wanted.
const MatchDialogs = lazy(() => import("./match-dialogs"));
const LinkedUnits = lazy(() => import("./linked-units"));

export function useMatching({ query, platform, sort }: TriageList) {
  const client = useQueryClient();
  const toast = useToast();
  const { done, failed } = useActs();
  const [task, setTask] = useState<MatchTask | null>(null);
  const [linked, setLinked] = useState<{ row: OrderRow; anchor: HTMLElement } | null>(null);
  /** Lines that were passed over. */
  const skipped = useRef(new Set<string>());

  const read = useCallback((id: OrderRowId) => client.fetchQuery({ ...queries.order(id), staleTime: 0 }), [client]);

  const goOn = useCallback(
    async (from: TriageFrom) => {
      const list = { query, platform, sort };
      try {
        const { nextLine, endOf } = await import("./triage");
        const next = await nextLine(from, { list, skipped: skipped.current, read });
        const end = next === null && (await endOf(list));
        setTask(next);
        if (end) toast(end);
      } catch (thrown) {
        setTask(null);
        failed("The next line could not be read", thrown);
      }
    },
    [query, platform, sort, read, toast, failed],
  );
  const begin = useCallback(
    async (row: OrderRow) => {
      try {
        const { firstOf } = await import("./triage");
        const first = await firstOf(row.id, read);
        if ("kind" in first) setTask(first);
        else toast(first);
      } catch (thrown) {
        failed("The order could not be read", thrown);
      }
    },
    [read, toast, failed],
  );
  const unlink = useCallback(
    async (row: OrderRow, item: OrderItem) => {
      try {
        const { batch } = await backend.unlinkLine(lineKey(row.id, item));
        const units = item.units.length;
        done({ text: units === 1 ? "1 unit unlinked" : `${format.number(units)} units unlinked`, batch });
      } catch (thrown) {
        failed("The line was not unlinked", thrown);
      }
    },
    [done, failed],
  );

  const actions = useMemo(
    () => ({
      match: (row: OrderRow) => setTask({ kind: "unmatched", order: row }),
      triage: (row: OrderRow) => {
        skipped.current.clear();
        void begin(row);
      },
      link: (row: OrderRow, item: OrderItem) => setTask({ kind: "line", order: row, item, leads: "close" }),
      unlink: (row: OrderRow, item: OrderItem) => void unlink(row, item),
      showLinked: (row: OrderRow, anchor: HTMLElement) => setLinked({ row, anchor }),
    }),
    [begin, unlink],
  );

  /** Carries out the choice of a unit and goes where the task leads. */
  const link = async (of: Extract<MatchTask, { kind: "line" }>, unit: UnitId) => {
    const key = lineKey(of.order.id, of.item);
    if (makesMapping(of.order.platform, of.item)) {
      const mapping = await backend.createMapping(key, unit);
      const others = mapping.lines_matched - 1;
      done({
        text: `${mapping.number} mapped to ${mapping.set_number}`,
        detail: [
          mapping.units_linked === 1 ? "1 unit linked" : `${format.number(mapping.units_linked)} units linked`,
          others > 0 && (others === 1 ? "1 other line matches too" : `${format.number(others)} other lines match too`),
        ]
          .filter((part) => part !== false)
          .join("; "),
        batch: mapping.batch,
      });
    } else {
      const { batch } = await backend.linkUnit(key, unit);
      done({ text: "Unit linked", batch });
    }
    if (of.leads === "next") await goOn(of.order);
    else if (of.leads === "close") setTask(null);
    else {
      const { row, items } = await read(of.order.id);
      setTask(items.some(isOpenLine) ? { kind: "unmatched", order: row } : null);
    }
  };

  const dialogs: ReactNode = (
    <Suspense>
      {task !== null && (
        <MatchDialogs
          task={task}
          onTask={setTask}
          onLink={link}
          onSkip={(line) => {
            skipped.current.add(lineName(line.order.id, line.item));
            void goOn(line.order);
          }}
        />
      )}
      {linked !== null && (
        <LinkedUnits
          order={linked.row}
          anchor={linked.anchor}
          onUnlink={(item) => {
            setLinked(null);
            void unlink(linked.row, item);
          }}
          onClose={() => setLinked(null)}
        />
      )}
    </Suspense>
  );
  return { actions, dialogs };
}
