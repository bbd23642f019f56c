/** Moves the picked units to a storage location: one that is known, or a new one. */
import { useQuery } from "@tanstack/react-query";
import { useId, useState, type FormEvent } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { TextField } from "~/components/field";
import { useActs } from "~/components/undo";
import type { MoveCount, UnitSelection } from "~/lib/bindings";
import { format } from "~/lib/format";
import { backend } from "~/lib/ipc";
import { LONGEST } from "~/lib/limits";
import { queries } from "~/lib/query";

import styles from "./inventory.module.css";
import { countUnits, leftAlone } from "./words";

type Props = { open: boolean; selection: UnitSelection; count: number; onClose: () => void };

export function MoveDialog({ open, selection, count, onClose }: Props) {
  const id = useId();
  const { done, failed } = useActs();
  const locations = useQuery({ ...queries.locations, enabled: open });
  const { data: about } = useQuery({
    queryKey: ["inventory", "move", selection],
    queryFn: () => backend.countMove(selection),
    enabled: open,
  });
  const units = about?.units ?? count;
  const [place, setPlace] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const location = place.trim() || null;
    onClose();
    try {
      const { units: changed, skipped, batch } = await backend.moveUnits(selection, location);
      const moved = countUnits(changed);
      done({
        text: location === null ? `${moved} without a location now` : `${moved} moved to ${location}`,
        detail: leftAlone(skipped),
        batch,
      });
    } catch (thrown) {
      failed("The units were not moved", thrown);
    }
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Move ${countUnits(units)}`}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form={id} disabled={units === 0}>
            {place.trim() === "" ? "Clear the location" : `Move to ${place.trim()}`}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={(event) => void submit(event)}>
        <TextField
          label="Storage location"
          value={place}
          onChange={(event) => setPlace(event.target.value)}
          maxLength={LONGEST.storage_location}
          list={`${id}-locations`}
          autoComplete="off"
          hint="Leave it empty to clear the location."
        />
        <datalist id={`${id}-locations`}>
          {(locations.data ?? []).slice(0, 500).map(({ location, units }) => (
            <option key={location} value={location}>
              {countUnits(units)}
            </option>
          ))}
        </datalist>
        {about !== undefined && about.sold > 0 && <p className={styles.stay}>{staysText(about)}</p>}
      </form>
    </Dialog>
  );
}

/** Sold units lie in the archive, and a move of many leaves them there. */
function staysText({ units, sold }: MoveCount): string {
  if (units === 0)
    return `${sold === 1 ? "This unit is sold and stays" : "All of these units are sold and stay"} in the archive.`;
  return sold === 1
    ? "1 sold unit of the selection stays where it is."
    : `${format.number(sold)} sold units of the selection stay where they are.`;
}
