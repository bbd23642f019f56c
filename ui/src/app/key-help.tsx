/** The keys, as `?` lists them: read from the register, so a key that works is listed and the other way round. */
import { Dialog } from "~/components/dialog";
import { useCommandList, type Command } from "~/components/keys";
import { keyLabel } from "~/components/strokes";

import styles from "./key-help.module.css";

const GROUPS: readonly Command["group"][] = ["Orders", "Inventory", "Picking", "Go", "View", "Settings", "Help"];

export default function KeyHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const withKeys = useCommandList(open).filter(({ keys }) => keys !== undefined);
  return (
    <Dialog open={open} onClose={onClose} title="Keys">
      <div className={styles.groups}>
        {GROUPS.map((group) => {
          const commands = withKeys.filter((command) => command.group === group);
          return commands.length === 0 ? null : (
            <section key={group}>
              <h3>{group}</h3>
              <dl>
                {commands.map((command) => (
                  <div key={command.id} className={styles.line}>
                    <dt>{command.label}</dt>
                    <dd>
                      {command.keys?.split(" or ").map((key) => (
                        <kbd key={key}>{keyLabel(key)}</kbd>
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}
