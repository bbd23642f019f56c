/** The demo seller: the box in the navigation that names it and leads out of it. */
import { Store } from "lucide-react";
import { lazy, Suspense, useState } from "react";

import { IconButton } from "~/components/button";
import { useEver } from "~/components/use-ever";

import styles from "./demo-box.module.css";

// Loaded when it is first asked for.
const LeaveDemoDialog = lazy(() => import("./leave-demo").then((module) => ({ default: module.LeaveDemoDialog })));

export function DemoBox({ narrow }: { narrow: boolean }) {
  const [asking, setAsking] = useState(false);
  const everAsked = useEver(asking);
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
      <Suspense>{everAsked && <LeaveDemoDialog open={asking} onClose={() => setAsking(false)} />}</Suspense>
    </div>
  );
}
