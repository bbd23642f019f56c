/** Asks for a backup that lies elsewhere. */
import { useState } from "react";

import { Button } from "~/components/button";
import { TextField } from "~/components/field";
import { LONGEST } from "~/lib/limits";

import styles from "./data.module.css";

export function RestoreField({ onLook }: { onLook: (path: string) => void }) {
  const [path, setPath] = useState("");
  return (
    <div className={styles.row}>
      <div className={styles.grow}>
        <TextField
          label="Restore a backup from elsewhere"
          maxLength={LONGEST.path}
          placeholder="Full path of the file; it is examined first, and you see what is in it"
          value={path}
          spellCheck={false}
          onChange={(event) => setPath(event.target.value)}
        />
      </div>
      <Button disabled={path.trim() === ""} onClick={() => onLook(path.trim())}>
        Look into it…
      </Button>
    </div>
  );
}
