/** The units that an order holds, beside the badge that says so. */
import { Popover } from "@base-ui/react/popover";
import { useQuery } from "@tanstack/react-query";

import { Button } from "~/components/button";
import { FailureNotice } from "~/components/notice";
import type { ClaimMethod, LinkedUnit, OrderItem, OrderRow } from "~/lib/bindings";
import { useNow } from "~/lib/clock";
import { format } from "~/lib/format";
import { queries } from "~/lib/query";

import styles from "./linked-units.module.css";

const METHODS: Record<ClaimMethod, string> = {
  manual: "chosen by hand",
  mapping: "by its mapping",
  pick_list: "by a pick list",
};

const CONFIRMED = "Confirmed: undo the confirmation to change its units";

type Props = {
  order: OrderRow;
  anchor: HTMLElement;
  onUnlink: (item: OrderItem) => void;
  onClose: () => void;
};

export default function LinkedUnits({ order, anchor, onUnlink, onClose }: Props) {
  const { data, error, refetch } = useQuery(queries.order(order.id));
  // The order before may still stand in until this one is read.
  const detail = data?.row.id === order.id ? data : undefined;
  const items = detail?.items.filter(({ units }) => units.length > 0) ?? [];
  const confirmed = detail !== undefined && detail.confirmed_at !== null;
  return (
    <Popover.Root open onOpenChange={(open) => !open && onClose()}>
      <Popover.Portal>
        <Popover.Positioner className={styles.positioner} anchor={anchor} align="start" sideOffset={6}>
          <Popover.Popup
            className={styles.popup}
            finalFocus={() => anchor.closest<HTMLElement>("[role=grid]") ?? anchor}
          >
            <Popover.Title className={styles.head}>Linked inventory</Popover.Title>
            {error !== null && <FailureNotice error={error} onAgain={() => void refetch()} />}
            {error === null && detail === undefined && <p role="status">Reading the order…</p>}
            <ul className={styles.items}>
              {items.map((item) => (
                <li key={item.order_item_id}>
                  {item.units.map((unit) => (
                    <LinkedUnitFacts key={unit.id} unit={unit} />
                  ))}
                  {!confirmed && (
                    <Button small onClick={() => onUnlink(item)}>
                      Unlink
                    </Button>
                  )}
                </li>
              ))}
            </ul>
            {confirmed && items.length > 0 && <p className={styles.note}>{CONFIRMED}</p>}
            {detail !== undefined && items.length === 0 && <p>No unit is linked any more.</p>}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function LinkedUnitFacts({ unit }: { unit: LinkedUnit }) {
  const now = useNow(60_000);
  return (
    <div className={styles.unit}>
      <bdi className={styles.name} title={unit.name}>
        <strong>{unit.set_number}</strong> {unit.name} - {unit.condition}
      </bdi>
      <span className={styles.facts}>
        <bdi className="mono">{unit.storage_location ?? "no location"}</bdi>
        {unit.listing_price !== null && <span className="num">{format.money(unit.listing_price)}</span>}
        {unit.cost !== null && <span className="num">cost {format.money(unit.cost)}</span>}
      </span>
      <span className={styles.facts} title={format.absolute(unit.claimed_at)}>
        linked {format.day(unit.claimed_at, now)}, {METHODS[unit.method]}
      </span>
    </div>
  );
}
