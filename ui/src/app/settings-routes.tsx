/** Puts the settings together; those of Amazon are accounts, or in the demo the way out of it. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { AccountsPage } from "~/features/accounts/accounts-page";
import { ConnectPage } from "~/features/accounts/connect-page";
import { DemoSettings } from "~/features/demo/leave-demo";
import { AppearancePage } from "~/features/settings/appearance-page";
import { SettingsPage } from "~/features/settings/settings-page";
import { queries } from "~/lib/query";

export function AmazonSettingsRoute() {
  const { data: app } = useQuery(queries.app);
  const { unlock = false } = useSearch({ strict: false }) as { unlock?: true };
  const navigate = useNavigate();
  const onUnlock = (open: boolean) =>
    void navigate({ to: "/settings/amazon", search: open ? { unlock: true } : {}, replace: true });
  return (
    <SettingsPage title="Settings">
      {app?.demo ? <DemoSettings /> : <AccountsPage unlock={unlock} onUnlock={onUnlock} />}
    </SettingsPage>
  );
}

export function ConnectRoute() {
  const { data: app } = useQuery(queries.app);
  return <SettingsPage title="Connect Amazon">{app?.demo ? <DemoSettings /> : <ConnectPage />}</SettingsPage>;
}

export function AppearanceRoute() {
  return (
    <SettingsPage title="Settings">
      <AppearancePage />
    </SettingsPage>
  );
}
