/**
 * The saved views in a row with their counts: a click or a digit writes the view's text into the query bar.
 *
 * Order and names are the seller's: views are dragged, moved by Shift with an arrow, and changed in the menu at the end.
 */
import { Ellipsis, Plus } from "lucide-react";
import { lazy, Suspense, useState, type KeyboardEvent } from "react";

import { IconButton } from "~/components/button";
import { useCommands } from "~/components/keys";
import { Menu, type MenuEntry } from "~/components/menu";
import { useDragOrder } from "~/components/use-drag-order";
import type { Platform, SavedView, Sort, ViewCount } from "~/lib/bindings";
import { format } from "~/lib/format";

import { presentView, useViews } from "./use-views";
import styles from "./views-row.module.css";

const ViewForm = lazy(() => import("./view-form"));

type Props = {
  platform: Platform | null;
  query: string;
  sort: Sort;
  onChoose: (query: string, sort: Sort) => void;
};

type Form = { kind: "add" } | { kind: "rename"; view: SavedView };

function countText({ orders, is_exact }: ViewCount): string {
  return is_exact ? format.number(orders) : `${format.number(orders)}+`;
}

export function ViewsRow({ platform, query, sort, onChoose }: Props) {
  const views = useViews(platform);
  const { shown } = views;
  const present = presentView(shown, query, sort);
  const [form, setForm] = useState<Form | null>(null);
  const move = (from: number, to: number) => {
    const [view, target] = [shown[from], shown[to]];
    if (view !== undefined && target !== undefined)
      void views.change(view, { kind: "move", position: target.position });
  };
  const drag = useDragOrder(move);
  const choose = (view: SavedView) => onChoose(view.query.trim(), view.sort);
  useCommands([
    ...shown.map((view, index) => ({
      id: `view-${view.id}`,
      label: `View: ${view.name}`,
      keys: index < 9 ? String(index + 1) : undefined,
      group: "View" as const,
      run: () => choose(view),
    })),
    { id: "save-view", label: "Save this view", group: "View", words: "add", run: () => setForm({ kind: "add" }) },
  ]);

  const entries: MenuEntry[] = [
    { id: "save", label: "Save this view…", icon: <Plus size={14} />, run: () => setForm({ kind: "add" }) },
  ];
  if (present !== null) {
    const at = shown.indexOf(present);
    // The built-in views can be moved and hidden; the seller's own are the seller's.
    const own: MenuEntry[] = [
      { id: "rename", label: "Rename…", run: () => setForm({ kind: "rename", view: present }) },
      {
        id: "delete",
        label: "Delete",
        run: () => void views.change(present, { kind: "delete" }, `View “${present.name}” deleted`),
      },
    ];
    const ways: MenuEntry[] = [
      ...(at > 0 ? [{ id: "left", label: "Move left", keys: "Shift ←", run: () => move(at, at - 1) }] : []),
      ...(at < shown.length - 1
        ? [{ id: "right", label: "Move right", keys: "Shift →", run: () => move(at, at + 1) }]
        : []),
      {
        id: "hide",
        label: "Hide",
        run: () => void views.change(present, { kind: "hide", hidden: true }, `View “${present.name}” hidden`),
      },
    ];
    const [first, ...rest] = present.built_in ? ways : [...own, ...ways];
    if (first !== undefined) entries.push(Object.assign(first, { heading: present.name }), ...rest);
  }
  for (const [index, view] of views.hidden.entries()) {
    entries.push({
      id: `show-${view.id}`,
      label: `Show ${view.name}`,
      heading: index === 0 ? "Hidden" : undefined,
      run: () => void views.change(view, { kind: "hide", hidden: false }, `View “${view.name}” shown`),
    });
  }

  const pressed = (event: KeyboardEvent, index: number) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    if (event.shiftKey) move(index, index + by);
    else event.currentTarget.parentElement?.querySelector<HTMLElement>(`[data-place="${index + by}"]`)?.focus();
  };
  const focusable = Math.max(0, present === null ? 0 : shown.indexOf(present));
  return (
    <>
      <div className={styles.views} role="toolbar" aria-label="Saved views">
        {shown.map((view, index) => {
          const count = views.countOf(view);
          return (
            <button
              key={view.id}
              type="button"
              className={styles.view}
              aria-pressed={view === present}
              data-drop={drag.over === index || (drag.over === shown.length && index === shown.length - 1) || undefined}
              data-testid={`view-${view.name}`}
              title={view.query === "" ? "All orders" : view.query}
              // One tab stop; the arrows move inside.
              tabIndex={index === focusable ? 0 : -1}
              onClick={() => choose(view)}
              onKeyDown={(event) => pressed(event, index)}
              {...drag.handlers(index)}
            >
              <bdi>{view.name}</bdi>
              {count !== undefined && <span className={`${styles.count} num`}>{countText(count)}</span>}
            </button>
          );
        })}
      </div>
      {present === null && query !== "" && (
        <button type="button" className={styles.save} onClick={() => setForm({ kind: "add" })}>
          + Save view
        </button>
      )}
      <Menu
        label="Views"
        trigger={
          <IconButton label="Change the views" className={styles.more}>
            <Ellipsis size={15} />
          </IconButton>
        }
        entries={entries}
      />
      {form !== null && (
        <Suspense>
          <ViewForm
            title={form.kind === "add" ? "Save view" : "Rename view"}
            action={form.kind === "add" ? "Save view" : "Rename"}
            name={form.kind === "add" ? "" : form.view.name}
            query={form.kind === "add" ? query : form.view.query}
            onSave={(name) => (form.kind === "add" ? views.add({ name, query, sort }) : views.rename(form.view, name))}
            onClose={() => setForm(null)}
          />
        </Suspense>
      )}
    </>
  );
}
