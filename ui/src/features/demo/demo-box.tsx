/** The demo seller: the box in the navigation that names it and leads out of it, and the button that leads in. */
import { useRouter } from "@tanstack/react-router";
import { Store } from "lucide-react";
import { useState } from "react";

import { Button, IconButton } from "~/components/button";
import { Dialog } from "~/components/dialog";

import styles from "./demo-box.module.css";
import { useDemo } from "./use-demo";

export function DemoBox({ narrow }: { narrow: boolean }) {
  const [asking, setAsking] = useState(false);
  const { leave } = useDemo();
  const router = useRouter();
  const go = () =>
    leave.mutate(undefined, {
      onSuccess: () => {
        setAsking(false);
        void router.navigate({ to: "/settings/amazon/connect" });
      },
    });
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
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Leave the demo seller?"
        actions={
          <>
            <Button onClick={() => setAsking(false)}>Stay in the demo</Button>
            <Button look="primary" disabled={leave.isPending} onClick={go}>
              Leave and connect Amazon
            </Button>
          </>
        }
      >
        <p>
          The demo’s orders and notes are deleted. It can be opened again at any time before an account is connected.
        </p>
      </Dialog>
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
