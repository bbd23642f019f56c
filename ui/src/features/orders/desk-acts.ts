/** What picking and confirming do for the pages of orders; they live in features of their own. */
import type { ReactNode } from "react";

import type { OrderSelection } from "~/lib/bindings";

export type DeskActs = {
  /** Shows the pick list of these orders, or of all that are to be shipped. */
  pick: (orders: OrderSelection | null) => void;
  /** Shows what confirming these orders would do, or all that are paid or shipped. */
  confirm: (orders: OrderSelection | null) => void;
  /** One line on what confirming these orders would do. */
  effect: (orders: OrderSelection) => ReactNode;
};
