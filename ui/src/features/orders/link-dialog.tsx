/** Says what linking the stock to very many orders would do, before it is done. */
import { useQuery } from "@tanstack/react-query";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { FailureNotice } from "~/components/notice";
import type { OrderSelection } from "~/lib/bindings";
import { counted } from "~/lib/format";

import styles from "./bulk-bar.module.css";
import { linkEffectOnce, linkText } from "./link-preview";

type Props = { selection: OrderSelection; onLink: () => void; onClose: () => void };

export default function LinkDialog({ selection, onLink, onClose }: Props) {
  const { data: plan, error, refetch } = useQuery(linkEffectOnce(selection));
  return (
    <Dialog
      open
      onClose={onClose}
      title="Link stock"
      description="Every matched line takes the oldest free units that it lacks."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={plan === undefined || plan.units === 0} onClick={onLink}>
            {plan === undefined ? "Link" : plan.units === 0 ? "Nothing to link" : `Link ${counted(plan.units, "unit")}`}
          </Button>
        </>
      }
    >
      {error !== null && <FailureNotice error={error} onAgain={() => void refetch()} />}
      <p className={styles.plan} role="status">
        {plan === undefined ? (error === null ? "Looking at the orders…" : "") : linkText(plan)}
      </p>
    </Dialog>
  );
}
