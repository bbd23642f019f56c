/** The providers around the routes. */
import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";

import { KeyProvider } from "~/components/keys";
import { Toaster } from "~/components/toast";
import { followCore } from "~/lib/query";

import type { createAppRouter } from "./router";

type Props = { client: QueryClient; router: ReturnType<typeof createAppRouter> };

export function App({ client, router }: Props) {
  useEffect(() => followCore(client), [client]);
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
