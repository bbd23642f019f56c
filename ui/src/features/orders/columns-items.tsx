/**
 * Lines and how they match, the most pressing first, since a narrow window cuts the end. A badge of a match is a button:
 * it opens what it is about.
 */
import type { MouseEvent, ReactNode } from "react";

import { Mark } from "~/components/mark";
import type { OrderFlag, OrderRow } from "~/lib/bindings";
import { format } from "~/lib/format";

import styles from "./columns.module.css";
import type { RowActions } from "./row-menu";

export function Items({ row, actions }: { row: OrderRow; actions: RowActions }) {
  const { total, linked, no_asin, unmatched } = row.matches;
  const is = (flag: OrderFlag) => row.flags.includes(flag);
  const match = () => actions.match(row);
  return (
    <span className={styles.items}>
      {is("missing_items") ? (
        <span title="Amazon has not told the items of this order yet">not read yet</span>
      ) : (
        <span title={total === 1 ? "1 item" : `${total} items`}>{format.number(total)}</span>
      )}
      {is("cancelled_after_confirmation") && (
        <Badge
          tone="bad"
          icon={<Mark shape="cross" />}
          title="Cancelled after you confirmed it: its units are archived"
        >
          cancelled after confirmation
        </Badge>
      )}
      {is("cancel_requested") && (
        <Badge tone="bad" icon={<Mark shape="cross" />} title="The buyer asked to cancel">
          cancel asked
        </Badge>
      )}
      {unmatched > 0 && (
        <Badge tone="warn" icon={<Mark shape="alert" />} title="Link these lines to inventory" onClick={match}>
          {format.number(unmatched)} unmatched
        </Badge>
      )}
      {no_asin > 0 && (
        <Badge tone="bad" icon={<Mark shape="alert" />} title="Amazon gave no ASIN for these lines" onClick={match}>
          {format.number(no_asin)} No ASIN
        </Badge>
      )}
      {total > 0 && linked === total && (
        <Badge
          tone="ok"
          icon={<Mark shape="tick" />}
          title="Show the linked units"
          onClick={(anchor) => actions.showLinked(row, anchor)}
        >
          linked
        </Badge>
      )}
      {is("part_shipped") && (
        <Badge tone="info" title="Some units are shipped, some are not">
          part shipped
        </Badge>
      )}
    </span>
  );
}

type BadgeProps = {
  tone: "ok" | "warn" | "bad" | "info";
  icon?: ReactNode;
  title?: string;
  children: ReactNode;
  onClick?: (button: HTMLElement) => void;
};

function Badge({ tone, icon, title, children, onClick }: BadgeProps) {
  const look = { className: `${styles.badge} ${styles[tone]}`, title };
  const words = (
    <>
      {icon}
      <span>{children}</span>
    </>
  );
  if (onClick === undefined) return <span {...look}>{words}</span>;
  return (
    <button
      type="button"
      {...look}
      tabIndex={-1}
      onMouseDown={(event) => event.preventDefault()}
      onClick={(event: MouseEvent<HTMLElement>) => {
        // The row opens its order on a click; a click on a badge must not.
        event.stopPropagation();
        onClick(event.currentTarget);
      }}
    >
      {words}
    </button>
  );
}
