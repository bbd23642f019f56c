/** What became of a settings file that could not be used, until it has been read. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { Button } from "~/components/button";
import { Notice } from "~/components/notice";
import { backend } from "~/lib/ipc";
import { queries } from "~/lib/query";

import styles from "./settings.module.css";

export function SettingsNotice() {
  const client = useQueryClient();
  const notice = useQuery(queries.app).data?.settings_notice ?? null;
  const dismiss = useMutation({
    mutationFn: () => backend.dismissSettingsNotice(),
    onSuccess: () => client.setQueryData(queries.app.queryKey, (app) => app && { ...app, settings_notice: null }),
  });
  if (notice === null) return null;
  return (
    <div className={styles.above}>
      <Notice
        tone="warn"
        step={
          <Button small onClick={() => dismiss.mutate()}>
            Understood
          </Button>
        }
      >
        {notice}
      </Notice>
    </div>
  );
}
