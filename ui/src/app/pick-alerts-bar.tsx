/** Below the freshness strip of every page: a database that was repaired, settings that were reset, orders that were cancelled while they are picked. */
import { Link } from "@tanstack/react-router";

import { buttonClass } from "~/components/button";
import { RepairNotice } from "~/features/data/repair-notice";
import { PickAlerts } from "~/features/picking/pick-alerts";
import { SettingsNotice } from "~/features/settings/settings-notice";
import type { PickListId } from "~/lib/bindings";

function ShowRun({ record }: { record: PickListId }) {
  return (
    <Link to="/orders/pick-lists/$record" params={{ record: String(record) }} className={buttonClass("plain", true)}>
      Show the list
    </Link>
  );
}

export default function PickAlertsBar() {
  return (
    <>
      <RepairNotice />
      <SettingsNotice />
      <PickAlerts ShowRun={ShowRun} />
    </>
  );
}
