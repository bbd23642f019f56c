/** The saved views: read, chosen and changed. Every change can be undone. */
import { useQuery, useQueryClient } from "@tanstack/react-query";

import { useActs } from "~/components/undo";
import type { NewView, Platform, SavedView, Sort, ViewChange } from "~/lib/bindings";
import { backend } from "~/lib/ipc";
import { keys, queries } from "~/lib/query";

const none: readonly SavedView[] = [];

/** The view that shows just this, or one that differs only in its sort. */
export function presentView(views: readonly SavedView[], query: string, sort: Sort): SavedView | null {
  const same = views.filter((view) => view.query.trim() === query);
  const exact = same.find((view) => view.sort.key === sort.key && view.sort.descending === sort.descending);
  return exact ?? same[0] ?? null;
}

export function useViews(platform: Platform | null) {
  const client = useQueryClient();
  const { done, failed } = useActs();
  const { data: views = none } = useQuery(queries.views);
  const { data: counts } = useQuery(queries.viewCounts(platform));
  const refresh = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: keys.views }),
      client.invalidateQueries({ queryKey: keys.viewCounts(platform) }),
    ]);

  return {
    shown: views.filter(({ hidden }) => !hidden),
    hidden: views.filter(({ hidden }) => hidden),
    countOf: (view: SavedView) => counts?.views.find((count) => count.view === view.id),
    /** Rejects where the name cannot be used, so that the form can say why. */
    async add(view: NewView) {
      const { batch } = await backend.addView(view);
      await refresh();
      done({ text: `View “${view.name}” saved`, batch });
    },
    /** Rejects where the name cannot be used. */
    async rename(view: SavedView, name: string) {
      const batch = await backend.changeView(view.id, { kind: "rename", name });
      await refresh();
      done({ text: `View renamed to “${name}”`, batch });
    },
    /** Changes a view; `text` says so, none where the change shows by itself. */
    async change(view: SavedView, change: ViewChange, text?: string) {
      try {
        const batch = await backend.changeView(view.id, change);
        await refresh();
        if (text !== undefined) done({ text, batch });
      } catch (thrown) {
        failed("The view was not changed", thrown);
      }
    },
  };
}
