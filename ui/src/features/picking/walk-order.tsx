/**
 * Settings → Stock & picking: the order in which the locations are walked. Natural order (S5 before S49) until something is moved;
 * places are dragged, or moved by Shift with an arrow, and each move can be undone.
 */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { GripVertical } from "lucide-react";
import { useRef, useState, type KeyboardEvent } from "react";

import { Button } from "~/components/button";
import { FailureNotice } from "~/components/notice";
import { useActs } from "~/components/undo";
import { useDragOrder } from "~/components/use-drag-order";
import type { LocationCount } from "~/lib/bindings";
import { counted, format } from "~/lib/format";
import { backend } from "~/lib/ipc";

import styles from "./walk-order.module.css";

const queryKey = ["settings", "walk-order"];

export function WalkOrder() {
  const client = useQueryClient();
  const { done, failed } = useActs();
  const order = useQuery({ queryKey, queryFn: () => backend.walkOrder() });
  const list = useRef<HTMLDivElement>(null);
  const [here, setHere] = useState(0);
  const places = order.data ?? [];

  const keep = async (next: LocationCount[], text: string, names = next.map(({ location }) => location)) => {
    client.setQueryData(queryKey, next);
    try {
      done({ text, batch: await backend.setWalkOrder(names) });
    } catch (thrown) {
      failed("The walk order was not kept", thrown);
    }
    await client.invalidateQueries({ queryKey });
  };
  const move = (from: number, to: number) => {
    const place = places[from];
    if (place === undefined || to < 0 || to >= places.length || from === to) return;
    const next = places.toSpliced(from, 1).toSpliced(to, 0, place);
    const before = next[to + 1];
    void keep(
      next,
      before === undefined ? `${place.location} is walked last` : `${place.location} comes before ${before.location}`,
    );
  };
  const drag = useDragOrder(move, "y");
  const focus = (at: number) => list.current?.querySelector<HTMLElement>(`[data-place="${at}"]`)?.focus();
  const pressed = (event: KeyboardEvent<HTMLElement>, at: number) => {
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: places.length - 1 }[event.key];
    if (to === undefined || to < 0 || to >= places.length) return;
    event.preventDefault();
    if (event.shiftKey) move(at, to);
    focus(to);
  };
  if (order.error !== null) return <FailureNotice error={order.error} onAgain={() => void order.refetch()} />;
  return (
    <section aria-labelledby="walk-order" className={styles.section}>
      <header className={styles.head}>
        <div>
          <h2 id="walk-order">Walk order</h2>
          <p id="walk-about" className={styles.about}>
            Pick lists go through the places in this order. Drag a place, or move it by Shift with ↑ or ↓; Home and End
            take it to the ends.
          </p>
        </div>
        <Button
          small
          disabled={places.length === 0}
          onClick={() => void keep(places, "Places are walked in natural order", [])}
        >
          Natural order
        </Button>
      </header>
      {order.data !== undefined && places.length === 0 && (
        <p className={styles.about}>No unit has a storage location yet. Places appear here with the stock.</p>
      )}
      {places.length > 0 && (
        <div
          ref={list}
          role="listbox"
          className={styles.places}
          aria-labelledby="walk-order"
          aria-describedby="walk-about"
        >
          {places.map(({ location, units }, at) => (
            <div
              key={location}
              role="option"
              aria-selected={at === here}
              // One tab stop; the arrows move inside.
              tabIndex={at === Math.min(here, places.length - 1) ? 0 : -1}
              className={styles.place}
              data-drop={drag.over === at || (drag.over === places.length && at === places.length - 1) || undefined}
              onFocus={() => setHere(at)}
              onKeyDown={(event) => pressed(event, at)}
              {...drag.handlers(at)}
            >
              <GripVertical size={14} aria-hidden />
              <span className={`${styles.number} num`}>{format.number(at + 1)}</span>
              <bdi className="ellipsis" title={location}>
                {location}
              </bdi>
              <span className={`${styles.units} num`}>{counted(units, "unit")}</span>
            </div>
          ))}
        </div>
      )}
    </section>
  );
}
