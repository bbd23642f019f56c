/**
 * Scrolling over more rows than a page can be high.
 *
 * Web views stop at 17 to 33 million pixels, less than a million rows. Above a limit the page is therefore kept at that
 * height and stands for a longer list: positions of the scrollbar are stretched, and both ends meet exactly, so the last
 * row is always reachable. All numbers are CSS pixels.
 */

/** The highest page that every web view shows and places to the pixel. */
export const HIGHEST = 16_000_000;

export type Extent = {
  rows: number;
  rowHeight: number;
  /** Height in which rows are seen. */
  viewport: number;
};

export type Range = {
  /** First row, counted from 0. */
  first: number;
  /** Behind the last row. */
  end: number;
};

/** Height of the whole list, and of the page that stands for it. */
export function heights({ rows, rowHeight }: Extent): { list: number; page: number } {
  const list = rows * rowHeight;
  return { list, page: Math.min(list, HIGHEST) };
}

function travel(extent: Extent): { list: number; page: number } {
  const { list, page } = heights(extent);
  return { list: Math.max(0, list - extent.viewport), page: Math.max(0, page - extent.viewport) };
}

/** How many pixels of the list one pixel of the page stands for; 1 where nothing is stretched. */
export function stretchOf(extent: Extent): number {
  const { list, page } = travel(extent);
  return page === 0 ? 1 : list / page;
}

/** The offset in the list at a scroll position of the page. */
export function toList(extent: Extent, scrollTop: number): number {
  const { list, page } = travel(extent);
  // A web view may stop a fraction of a pixel before the end.
  if (scrollTop >= page - 1) return list;
  return Math.max(0, scrollTop) * stretchOf(extent);
}

/** The scroll position of the page that shows an offset of the list. */
export function toPage(extent: Extent, offset: number): number {
  const { list, page } = travel(extent);
  if (offset >= list) return page;
  return Math.max(0, offset) / stretchOf(extent);
}

/** The rows to draw at an offset, some more than are seen. */
export function rangeAt({ rows, rowHeight, viewport }: Extent, offset: number, more = 5): Range {
  const first = Math.floor(offset / rowHeight) - more;
  const end = Math.ceil((offset + viewport) / rowHeight) + more;
  return { first: Math.max(0, Math.min(first, rows)), end: Math.max(0, Math.min(end, rows)) };
}

/** The offset that brings a row into view with the least movement. */
export function revealing(extent: Extent, offset: number, row: number): number {
  const top = row * extent.rowHeight;
  const bottom = top + extent.rowHeight;
  if (top < offset) return top;
  if (bottom > offset + extent.viewport) return bottom - extent.viewport;
  return offset;
}
