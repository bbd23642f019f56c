/** Changes of the settings of background and alerts: on screen at once, taken back where the core refuses. */
import { useQuery, useQueryClient } from "@tanstack/react-query";

import { useActs } from "~/components/undo";
import type { AlertSettings, Background, BackgroundStatus, BatchId, PauseFor } from "~/lib/bindings";
import { format } from "~/lib/format";
import { backend } from "~/lib/ipc";

import { backgroundQuery } from "./background-queries";

export function useBackground() {
  const client = useQueryClient();
  const { done, failed } = useActs();
  const status = useQuery(backgroundQuery);

  const change = async (
    part: Partial<BackgroundStatus>,
    text: string,
    keep: () => Promise<BatchId | null | undefined | void>,
  ) => {
    const before = client.getQueryData(backgroundQuery.queryKey);
    if (before === undefined) return;
    client.setQueryData(backgroundQuery.queryKey, { ...before, ...part });
    try {
      const batch = await keep();
      if (batch !== null) done({ text, batch: batch ?? null });
    } catch (thrown) {
      client.setQueryData(backgroundQuery.queryKey, before);
      failed("The setting was not kept", thrown);
    }
  };

  return {
    status,
    setBackground: (background: Background, text: string) =>
      change({ background }, text, () => backend.setBackground(background)),
    setAlerts: (alerts: AlertSettings, text: string) => change({ alerts }, text, () => backend.setAlerts(alerts)),
    setAutostart: (on: boolean) =>
      change(
        { autostart: on },
        on ? "Packlight starts with the system" : "Packlight starts when you start it",
        // No setting of the database: there is nothing that could say that it was so already.
        async () => void (await backend.setAutostart(on)),
      ),
    pause: async (howLong: PauseFor) => {
      try {
        const until = await backend.pauseSync(howLong);
        done({ text: `Paused until ${format.clock(until)}` });
      } catch (thrown) {
        failed("Packlight was not paused", thrown);
      }
    },
    resume: async () => {
      try {
        await backend.resumeSync();
        done({ text: "Orders are read again" });
      } catch (thrown) {
        failed("The pause goes on", thrown);
      }
    },
  };
}
