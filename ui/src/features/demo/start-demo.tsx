/** The button that leads into the demo seller. */
import { Button } from "~/components/button";

import { useDemo } from "./use-demo";

export function StartDemoButton() {
  const { start } = useDemo();
  return (
    <Button disabled={start.isPending} onClick={() => start.mutate()}>
      {start.isPending ? "Opening the demo…" : "Open the demo"}
    </Button>
  );
}
