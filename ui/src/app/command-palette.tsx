/**
 * Everything by name: the commands of the screen with their keys, views, pages and settings, and orders by id or words.
 * What was chosen last comes first.
 */
import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";

import { useCommandList, useRememberCommand } from "~/components/keys";
import { MODAL, useKeysHeld } from "~/components/modal-focus";
import { keyLabel } from "~/components/strokes";
import { ordersPlace } from "~/features/orders/filter";
import type { OrderRow } from "~/lib/bindings";

import styles from "./command-palette.module.css";
import { fuzzyRank } from "./fuzzy";
import { usePaletteCommands } from "./use-palette-commands";
import { usePaletteOrders } from "./use-palette-orders";

type Item = {
  id: string;
  label: string;
  /** An order: shown in the typeface of ids, with its title beside it. */
  order?: OrderRow;
  words?: string;
  keys?: string;
  run: () => void;
};

export default function CommandPalette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  usePaletteCommands();
  const commands = useCommandList(open);
  const remember = useRememberCommand();
  const navigate = useNavigate();
  const orders = usePaletteOrders(open ? typed : "");
  const chosen = useRef<Item | null>(null);
  useKeysHeld(open);

  const items = useMemo<Item[]>(() => {
    const usable = commands.flatMap((command): Item[] => {
      const { run, when = true, id } = command;
      return run === undefined || !when || id === "palette" ? [] : [{ ...command, run }];
    });
    const found = fuzzyRank(usable, ({ label, words = "" }) => `${label} ${words}`, typed);
    const jumps = orders.map((order): Item => ({
      id: `order-${order.id}`,
      label: order.platform_order_id,
      order,
      run: () => void navigate(ordersPlace(order.platform, { order: String(order.id) })),
    }));
    const exact = jumps.filter(({ label }) => label === typed.trim());
    return [...exact, ...found, ...jumps.filter((jump) => !exact.includes(jump))];
  }, [commands, typed, orders, navigate]);

  // The command runs once the dialog has given the focus back, so that what it focuses keeps it.
  const settled = (isOpen: boolean) => {
    if (isOpen) return;
    const item = chosen.current;
    chosen.current = null;
    setTyped("");
    item?.run();
  };
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()} onOpenChangeComplete={settled}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup {...(open ? MODAL : {})} className={styles.popup} aria-label="Commands">
          <Autocomplete.Root
            open
            inline
            items={items}
            filter={null}
            value={typed}
            onValueChange={setTyped}
            itemToStringValue={(item: Item) => item.label}
            autoHighlight="always"
            keepHighlight
          >
            <Autocomplete.Input
              className={styles.input}
              placeholder="A command, a view, a page or an order id"
              aria-label="Find a command"
            />
            <Autocomplete.Empty className={styles.none}>No such command or order</Autocomplete.Empty>
            <Autocomplete.List className={styles.list}>
              {(item: Item) => (
                <Autocomplete.Item
                  key={item.id}
                  value={item}
                  className={styles.item}
                  onClick={() => {
                    if (item.order === undefined) remember(item.id);
                    chosen.current = item;
                    onClose();
                  }}
                >
                  {item.order === undefined ? (
                    <bdi className="ellipsis">{item.label}</bdi>
                  ) : (
                    <>
                      <bdi className="mono">{item.label}</bdi>
                      <bdi className={`${styles.about} ellipsis`}>{item.order.description}</bdi>
                    </>
                  )}
                  {item.keys !== undefined && <kbd>{keyLabel(item.keys.split(" or ")[0] ?? "")}</kbd>}
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
