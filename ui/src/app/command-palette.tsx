/** All commands of the screen by name, with the key that does the same. */
import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useRef } from "react";

import { useCommandList, type Command } from "~/components/keys";
import { keyLabel } from "~/components/strokes";

import styles from "./command-palette.module.css";

export default function CommandPalette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const commands = useCommandList(open).filter(({ id, run }) => run !== undefined && id !== "palette");
  const chosen = useRef<Command | null>(null);
  // The command runs once the dialog has given the focus back, so that what it focuses keeps it.
  const settled = (isOpen: boolean) => {
    if (isOpen) return;
    const command = chosen.current;
    chosen.current = null;
    command?.run?.();
  };
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()} onOpenChangeComplete={settled}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup className={styles.popup} aria-label="Commands">
          <Autocomplete.Root
            open
            inline
            items={commands}
            itemToStringValue={(command) => command.label}
            autoHighlight="always"
            keepHighlight
          >
            <Autocomplete.Input className={styles.input} placeholder="What to do" aria-label="Find a command" />
            <Autocomplete.Empty className={styles.none}>No such command</Autocomplete.Empty>
            <Autocomplete.List className={styles.list}>
              {(command: Command) => (
                <Autocomplete.Item
                  key={command.id}
                  value={command}
                  className={styles.item}
                  onClick={() => {
                    chosen.current = command;
                    onClose();
                  }}
                >
                  <span>{command.label}</span>
                  {command.keys !== undefined && <kbd>{keyLabel(command.keys.split(" or ")[0] ?? "")}</kbd>}
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
