/** Names a view, when it is saved and when it is renamed. */
import { useRef, useState } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { TextField } from "~/components/field";
import { Failure } from "~/lib/ipc";
import { LONGEST } from "~/lib/limits";

type Props = {
  title: string;
  action: string;
  name: string;
  /** The filter that is saved. */
  query: string;
  /** Rejects with what is wrong with the name. */
  onSave: (name: string) => Promise<void>;
  onClose: () => void;
};

export default function ViewForm({ title, action, name: first, query, onSave, onClose }: Props) {
  const [name, setName] = useState(first);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const save = async () => {
    setBusy(true);
    try {
      await onSave(name.trim());
      onClose();
    } catch (thrown) {
      setError(Failure.from(thrown).message);
      setBusy(false);
    }
  };
  const actions = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button look="primary" disabled={busy || name.trim() === ""} onClick={() => void save()}>
        {action}
      </Button>
    </>
  );
  return (
    <Dialog open onClose={onClose} title={title} actions={actions} initialFocus={field}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== "" && !busy) void save();
        }}
      >
        <TextField
          ref={field}
          label="Name"
          maxLength={LONGEST.viewName}
          value={name}
          error={error}
          hint={query === "" ? "Shows all orders" : `Shows ${query}`}
          onChange={(event) => {
            setName(event.target.value);
            setError(null);
          }}
        />
      </form>
    </Dialog>
  );
}
