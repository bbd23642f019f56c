/**
 * Which rows of a long list are seen, and where.
 *
 * The rows stand in a layer that sticks to the viewport and is moved by fractions of a row, so no element ever lies at a
 * coordinate that a compositor rounds. React renders only when the range of rows changes; the pixels in between are
 * moved directly.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";
import { flushSync } from "react-dom";

import { heights, rangeAt, revealing, stretchOf, toList, toPage, type Extent, type Range } from "./stretch";

type Options = { rows: number; rowHeight: number; headHeight: number; onRange: (range: Range) => void };

type Stretched = {
  scroller: RefObject<HTMLDivElement | null>;
  layer: RefObject<HTMLDivElement | null>;
  range: Range;
  viewport: number;
  pageHeight: number;
  /** Brings a row into view. */
  reveal: (row: number) => void;
  isAtTop: () => boolean;
};

export function useStretchedScroll({ rows, rowHeight, headHeight, onRange }: Options): Stretched {
  const scroller = useRef<HTMLDivElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const offset = useRef(0);
  const [viewport, setViewport] = useState(0);
  const extent: Extent = { rows, rowHeight, viewport };
  const latest = useRef(extent);
  const [range, setRange] = useState<Range>(() => rangeAt(extent, 0));
  const shown = useRef(range);

  const place = useCallback(() => {
    if (layer.current === null) return;
    const moved = shown.current.first * latest.current.rowHeight - offset.current;
    layer.current.style.transform = `translateY(${moved}px)`;
  }, []);

  const follow = useCallback(
    (next: Range, now: boolean) => {
      if (next.first === shown.current.first && next.end === shown.current.end) {
        place();
        return;
      }
      shown.current = next;
      if (now) flushSync(() => setRange(next));
      else setRange(next);
    },
    [place],
  );

  useLayoutEffect(() => {
    const before = latest.current;
    latest.current = { rows, rowHeight, viewport };
    const element = scroller.current;
    if (element === null) return;
    if (before.rows !== rows && stretchOf(before) !== stretchOf(latest.current)) {
      // What is seen stays; on a stretched page of another length the scrollbar has to move for that.
      element.scrollTop = toPage(latest.current, offset.current);
    }
    offset.current = toList(latest.current, element.scrollTop);
    follow(rangeAt(latest.current, offset.current), false);
  }, [rows, rowHeight, viewport, follow]);

  useLayoutEffect(place, [range, place]);

  useEffect(() => onRange(range), [range, onRange]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = () => setViewport(Math.max(0, element.clientHeight - headHeight));
    const scrolled = () => {
      offset.current = toList(latest.current, element.scrollTop);
      follow(rangeAt(latest.current, offset.current), true);
    };
    // On a stretched page the wheel would turn too fast; it moves the list by what it says.
    const wheeled = (event: WheelEvent) => {
      const stretch = stretchOf(latest.current);
      if (stretch === 1 || event.ctrlKey || event.deltaY === 0) return;
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : latest.current.rowHeight;
      element.scrollTop = toPage(latest.current, offset.current + event.deltaY * unit);
    };
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    measure();
    element.addEventListener("scroll", scrolled, { passive: true });
    element.addEventListener("wheel", wheeled, { passive: false });
    return () => {
      watch.disconnect();
      element.removeEventListener("scroll", scrolled);
      element.removeEventListener("wheel", wheeled);
    };
  }, [headHeight, follow]);

  const reveal = useCallback((row: number) => {
    const wanted = revealing(latest.current, offset.current, row);
    if (wanted !== offset.current && scroller.current !== null) {
      scroller.current.scrollTop = toPage(latest.current, wanted);
    }
  }, []);
  const isAtTop = useCallback(() => offset.current < latest.current.rowHeight, []);

  return { scroller, layer, range, viewport, pageHeight: heights(extent).page, reveal, isAtTop };
}
