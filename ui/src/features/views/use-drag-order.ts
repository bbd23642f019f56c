/** Drags one of a row of elements to another place. Own pointer events: a web view may keep drag and drop for files. */
import { useRef, useState, type PointerEvent } from "react";

/** Pixels before a press becomes a drag. */
const SLACK = 6;

type Drag = { from: number; x: number; moved: boolean };

export function useDragOrder(onMove: (from: number, to: number) => void) {
  const drag = useRef<Drag | null>(null);
  const [over, setOver] = useState<number | null>(null);

  /** The place in the row that the pointer is at. */
  const placeAt = (row: HTMLElement, x: number) => {
    const middles = [...row.querySelectorAll<HTMLElement>("[data-place]")].map((element) => {
      const { left, width } = element.getBoundingClientRect();
      return left + width / 2;
    });
    return middles.filter((middle) => middle < x).length;
  };
  const end = () => {
    drag.current = null;
    setOver(null);
  };
  return {
    /** Where the dragged element would go, to mark the place; `null` while nothing is dragged. */
    over,
    handlers: (from: number) => ({
      "data-place": from,
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        if (event.button === 0) drag.current = { from, x: event.clientX, moved: false };
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        const now = drag.current;
        const row = event.currentTarget.parentElement;
        if (now === null || row === null || now.from !== from) return;
        if (!now.moved && Math.abs(event.clientX - now.x) < SLACK) return;
        if (!now.moved) event.currentTarget.setPointerCapture?.(event.pointerId);
        now.moved = true;
        setOver(placeAt(row, event.clientX));
      },
      onPointerUp: (event: PointerEvent<HTMLElement>) => {
        const now = drag.current;
        const row = event.currentTarget.parentElement;
        if (now?.moved && row !== null) {
          const place = placeAt(row, event.clientX);
          const to = place > from ? place - 1 : place;
          if (to !== from) onMove(from, to);
        }
        end();
      },
      onPointerCancel: end,
      onLostPointerCapture: end,
    }),
  };
}
