/** Puts the settings together; those of Amazon are accounts, or in the demo the way out of it. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { ComponentType } from "react";

import { AccountsPage } from "~/features/accounts/accounts-page";
import { ConnectPage } from "~/features/accounts/connect-page";
import { DataPage } from "~/features/data/data-page";
import { DemoSettings } from "~/features/demo/leave-demo";
import { DiagnosticsPage } from "~/features/diagnostics/diagnostics-page";
import { AboutPage } from "~/features/settings/about-page";
import { AppearancePage } from "~/features/settings/appearance-page";
import { BackgroundPage } from "~/features/settings/background-page";
import type { SettingsPageName } from "~/features/settings/pages";
import { SettingsPage } from "~/features/settings/settings-page";
import { queries } from "~/lib/query";

import { PickingSettings } from "./picking-settings";

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

/** Every page that needs no more than its name. */
const PAGES: Record<Exclude<SettingsPageName, "amazon">, ComponentType> = {
  picking: PickingSettings,
  background: BackgroundPage,
  appearance: AppearancePage,
  data: DataPage,
  diagnostics: DiagnosticsPage,
  about: AboutPage,
};

export function SettingsPageRoute() {
  const { page = "" } = useParams({ strict: false }) as { page?: string };
  const Page = Object.hasOwn(PAGES, page) ? PAGES[page as keyof typeof PAGES] : NoSuchPage;
  return (
    <SettingsPage title="Settings">
      <Page />
    </SettingsPage>
  );
}

function NoSuchPage(): never {
  throw new Error("There is no such page.");
}
