/**
 * The seller's own note. It is saved on leaving the field or by Ctrl Enter, and the toast takes it back.
 *
 * While it is being edited, news from the core do not replace the draft.
 */
import { useRef, useState } from "react";

import { useActs } from "~/components/undo";
import type { OrderRowId } from "~/lib/bindings";
import { backend } from "~/lib/ipc";

import styles from "./order-drawer.module.css";

export function OrderNote({ id, note }: { id: OrderRowId; note: string }) {
  const [draft, setDraft] = useState<string | null>(null);
  const saving = useRef<string | null>(null);
  const { done, failed } = useActs();

  const write = async (text: string) => {
    saving.current = text;
    try {
      const batch = await backend.setNote(id, text);
      // The click that leaves the field may be on its way to a row.
      done({ text: text === "" ? "Note removed" : "Note saved", batch, inPlace: true });
      setDraft((present) => (present?.trim() === text ? null : present));
    } catch (thrown) {
      failed("The note was not saved", thrown);
    } finally {
      saving.current = null;
    }
  };
  const save = () => {
    if (draft === null) return;
    const text = draft.trim();
    if (text === note.trim()) setDraft(null);
    else if (saving.current !== text) void write(text);
  };

  return (
    <label className={styles.note}>
      <span className={styles.section}>Note</span>
      <textarea
        rows={2}
        maxLength={2000}
        placeholder="Only for you: nothing is sent anywhere"
        value={draft ?? note}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            save();
          }
          if (event.key === "Escape" && draft !== null) {
            event.preventDefault();
            setDraft(null);
          }
        }}
      />
    </label>
  );
}
