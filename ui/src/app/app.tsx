/** The providers around the routes. */
import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";

import { KeyProvider } from "~/components/keys";
import { isTyping } from "~/components/strokes";
import { Toaster } from "~/components/toast";
import { followCore } from "~/lib/query";

import type { createAppRouter } from "./router";

/** The web view's own menu (Reload, Back) belongs to no desk; text fields keep theirs, with Paste in it. */
const withoutMenu = (event: Event) => {
  if (!isTyping(event.target)) event.preventDefault();
};

type Props = { client: QueryClient; router: ReturnType<typeof createAppRouter> };

export function App({ client, router }: Props) {
  useEffect(() => followCore(client), [client]);
  useEffect(() => {
    window.addEventListener("contextmenu", withoutMenu);
    return () => window.removeEventListener("contextmenu", withoutMenu);
  }, []);
  return (
    // The content policy allows no style element; the components must not write one.
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={client}>
        <KeyProvider>
          <Toaster>
            <RouterProvider router={router} />
          </Toaster>
        </KeyProvider>
      </QueryClientProvider>
    </CSPProvider>
  );
}
