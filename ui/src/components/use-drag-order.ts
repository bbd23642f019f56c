/** Drags one of a row of elements to another place. Own pointer events: a web view may keep drag and drop for files. */
import { useRef, useState, type PointerEvent } from "react";

/** Pixels before a press becomes a drag. */
const SLACK = 6;

type Drag = { from: number; at: number; moved: boolean };

/** `axis` is the way the elements follow each other: beside one another, or one below the other. */
export function useDragOrder(onMove: (from: number, to: number) => void, axis: "x" | "y" = "x") {
  const drag = useRef<Drag | null>(null);
  const [over, setOver] = useState<number | null>(null);

  const pointerAt = ({ clientX, clientY }: PointerEvent) => (axis === "x" ? clientX : clientY);
  /** The place in the row that the pointer is at. */
  const placeAt = (row: HTMLElement, at: number) => {
    const middles = [...row.querySelectorAll<HTMLElement>("[data-place]")].map((element) => {
      const { left, width, top, height } = element.getBoundingClientRect();
      return axis === "x" ? left + width / 2 : top + height / 2;
    });
    return middles.filter((middle) => middle < at).length;
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
        if (event.button === 0) drag.current = { from, at: pointerAt(event), moved: false };
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        const now = drag.current;
        const row = event.currentTarget.parentElement;
        if (now === null || row === null || now.from !== from) return;
        if (!now.moved && Math.abs(pointerAt(event) - now.at) < SLACK) return;
        if (!now.moved) event.currentTarget.setPointerCapture?.(event.pointerId);
        now.moved = true;
        setOver(placeAt(row, pointerAt(event)));
      },
      onPointerUp: (event: PointerEvent<HTMLElement>) => {
        const now = drag.current;
        const row = event.currentTarget.parentElement;
        if (now?.moved && row !== null) {
          const place = placeAt(row, pointerAt(event));
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
