/** What stands on Amazon's page without one order: the way to connect, or how far the first import is. */
import { FirstRun } from "~/features/accounts/first-run";
import { StartDemoButton } from "~/features/demo/start-demo";
import { FirstImport } from "~/features/sync/first-import";

export default function NoOrders({ connected }: { connected: boolean }) {
  return connected ? <FirstImport /> : <FirstRun demo={<StartDemoButton />} />;
}
