/** A page that failed to draw: the rest of the window goes on, and the page can be tried again. */
import { FailureNotice } from "~/components/notice";
import { Failure } from "~/lib/ipc";

export function PageError({ error, reset }: { error: unknown; reset: () => void }) {
  return <FailureNotice page error={Failure.from(error)} onAgain={reset} />;
}
