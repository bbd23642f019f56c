/** The way out of the demo seller: it says what is deleted, and leads to connecting an account. */
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";

import styles from "./demo-box.module.css";
import { useDemo } from "./use-demo";

export function LeaveDemoDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { leave } = useDemo();
  const router = useRouter();
  const go = () =>
    leave.mutate(undefined, {
      onSuccess: () => {
        onClose();
        void router.navigate({ to: "/settings/amazon/connect" });
      },
    });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Leave the demo seller?"
      actions={
        <>
          <Button onClick={onClose}>Stay in the demo</Button>
          <Button look="primary" disabled={leave.isPending} onClick={go}>
            Leave and connect Amazon
          </Button>
        </>
      }
    >
      <p>The demo’s orders and notes are deleted. It can be opened again at any time before an account is connected.</p>
    </Dialog>
  );
}

/** What Settings → Amazon shows in the demo, which cannot be mixed with accounts. */
export function DemoSettings() {
  const [asking, setAsking] = useState(false);
  return (
    <section className={styles.card}>
      <h2>This is the demo seller</h2>
      <p>Its orders are made up on this computer. Leave it to connect your own Amazon Seller account.</p>
      <div>
        <Button look="primary" onClick={() => setAsking(true)}>
          Connect Amazon…
        </Button>
      </div>
      <LeaveDemoDialog open={asking} onClose={() => setAsking(false)} />
    </section>
  );
}
