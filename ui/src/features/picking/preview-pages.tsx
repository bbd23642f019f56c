/**
 * The pages as they will be printed. Each is the core's SVG, shown as a picture: a picture runs no script, loads nothing
 * and cannot reach the window, so the titles on it stay text whatever they say.
 */
import { memo, useCallback, useState } from "react";

import { WindowedList } from "~/components/windowed-list";
import type { PreviewPage } from "~/lib/bindings";
import { format } from "~/lib/format";

import styles from "./picking.module.css";

/** Widest picture of a page in pixels, and the room around it. */
const WIDEST = 640;
const ROOM = 20;
/** Tenths of a point in a pixel at full size. */
const FULL = 7.5;

const address = (svg: string) => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;

export function PreviewPages({ pages }: { pages: readonly PreviewPage[] }) {
  const [first, setFirst] = useState(0);
  const onFirst = useCallback((row: number) => setFirst(row), []);
  const [page] = pages;
  if (page === undefined) return null;
  const width = Math.min(WIDEST, Math.round(page.width / FULL));
  const height = Math.round((width * page.height) / page.width);
  return (
    <div className={styles.preview}>
      <WindowedList
        label={`Preview, ${pages.length === 1 ? "1 page" : `${format.number(pages.length)} pages`}`}
        rows={pages.length}
        rowHeight={height + ROOM}
        className={styles.pages}
        onFirst={onFirst}
        testId="preview"
      >
        {(at) => {
          const { number, svg } = pages[at] ?? page;
          const alt = `Page ${format.number(number)} of ${format.number(pages.length)}`;
          return <Sheet svg={svg} width={width} height={height} alt={alt} />;
        }}
      </WindowedList>
      <p className={`${styles.pageCount} num`} aria-live="polite">
        Page {format.number(Math.min(first, pages.length - 1) + 1)} of {format.number(pages.length)}
      </p>
    </div>
  );
}

/** One page; a large text is written into an address once, not with every row that scrolls by. */
const Sheet = memo(function Sheet({ svg, ...picture }: { svg: string; width: number; height: number; alt: string }) {
  const { alt, ...size } = picture;
  return <img className={styles.page} src={address(svg)} alt={alt} {...size} />;
});
