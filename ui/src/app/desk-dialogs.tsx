/** The dialog of a pick list or a confirmation. */
import { useNavigate } from "@tanstack/react-router";

import ConfirmDialog from "~/features/confirming/confirm-dialog";
import PickDialog from "~/features/picking/pick-dialog";

import type { DeskTask } from "./use-desk-acts";

export default function DeskDialogs({ task, onClose }: { task: DeskTask; onClose: () => void }) {
  const navigate = useNavigate();
  const { kind, orders, platform } = task;
  return kind === "confirm" ? (
    <ConfirmDialog orders={orders} platform={platform} onClose={onClose} />
  ) : (
    <PickDialog
      orders={orders}
      platform={platform}
      onRun={(record) => void navigate({ to: "/orders/pick-lists/$record", params: { record: String(record) } })}
      onClose={onClose}
    />
  );
}
