/** The demo seller: the box in the navigation that names it and leads out of it, and the button that leads in. */
import { Store } from "lucide-react";
import { useState } from "react";

import { Button, IconButton } from "~/components/button";

import styles from "./demo-box.module.css";
import { LeaveDemoDialog } from "./leave-demo";
import { useDemo } from "./use-demo";

export function DemoBox({ narrow }: { narrow: boolean }) {
  const [asking, setAsking] = useState(false);
  return (
    <div className={narrow ? styles.narrow : styles.box}>
      {narrow ? (
        <IconButton label="Demo seller: connect Amazon…" onClick={() => setAsking(true)}>
          <Store size={16} strokeWidth={1.7} />
        </IconButton>
      ) : (
        <>
          Demo seller
          <button type="button" className={styles.link} onClick={() => setAsking(true)}>
            Connect Amazon…
          </button>
        </>
      )}
      <LeaveDemoDialog open={asking} onClose={() => setAsking(false)} />
    </div>
  );
}

export function StartDemoButton() {
  const { start } = useDemo();
  return (
    <Button disabled={start.isPending} onClick={() => start.mutate()}>
      {start.isPending ? "Opening the demo…" : "Open the demo"}
    </Button>
  );
}
