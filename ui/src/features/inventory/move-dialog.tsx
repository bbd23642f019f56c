/** Moves the picked units to a storage location: one that is known, or a new one. */
import { useQuery } from "@tanstack/react-query";
import { useId, useState, type FormEvent } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { TextField } from "~/components/field";
import { useActs } from "~/components/undo";
import type { UnitSelection } from "~/lib/bindings";
import { backend } from "~/lib/ipc";
import { queries } from "~/lib/query";

import { countUnits, leftAlone } from "./words";

type Props = { open: boolean; selection: UnitSelection; count: number; onClose: () => void };

export function MoveDialog({ open, selection, count, onClose }: Props) {
  const id = useId();
  const { done, failed } = useActs();
  const locations = useQuery({ ...queries.locations, enabled: open });
  const [place, setPlace] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const location = place.trim() || null;
    onClose();
    try {
      const { units, skipped, batch } = await backend.moveUnits(selection, location);
      const moved = countUnits(units);
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
      title={`Move ${countUnits(count)}`}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form={id}>
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
      </form>
    </Dialog>
  );
}
