/** One line: what confirming a selection would do. Beside the button, before anything is opened. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import type { OrderSelection, Platform } from "~/lib/bindings";

import { confirmPreview } from "./confirm-preview";
import { effectText } from "./words";

export default function ConfirmEffect({ orders, platform }: { orders: OrderSelection; platform: Platform | null }) {
  const request = useMemo(() => ({ orders, platform, archive_location: null, without_stock: [] }), [orders, platform]);
  const { data, isPlaceholderData } = useQuery(confirmPreview(request));
  // Of the selection before it would be wrong here.
  return data === undefined || isPlaceholderData ? null : <bdi>Confirm: {effectText(data)}</bdi>;
}
