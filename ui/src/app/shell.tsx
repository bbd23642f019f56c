/** The frame of every page: navigation, the freshness strip, news about the data folder, and the page itself. */
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { Boxes, Lock, PanelLeft, ScrollText, Settings } from "lucide-react";
import { lazy, Suspense, useEffect, useState, type ReactNode } from "react";

import { IconButton } from "~/components/button";
import { useEver } from "~/components/use-ever";
import { FailureNotice, Notice } from "~/components/notice";
import { DemoBox } from "~/features/demo/demo-box";
import { usePreferences } from "~/features/settings/use-preferences";
import { FreshnessStrip } from "~/features/sync/freshness-strip";
import { format } from "~/lib/format";
import { queries } from "~/lib/query";

import { BrandMark, OrdersIcon } from "./brand";
import styles from "./shell.module.css";
import { useFrameCommands } from "./use-frame-commands";
import { useTheme } from "./theme";

// Loaded when they are first asked for.
const CommandPalette = lazy(() => import("./command-palette"));
const FatalPage = lazy(() => import("./fatal-page"));
const KeyHelp = lazy(() => import("./key-help"));
const PickAlerts = lazy(() => import("./pick-alerts-bar"));

/** How long after the start the open pick lists are looked through: not while the first picture is drawn. */
const AFTER_START = 1500;

/** Problems that leave nothing to show; all others leave the orders readable. */
const FATAL = new Set(["newer_database", "corrupt_database", "disk", "internal"]);

export function Shell() {
  const app = useQuery(queries.app);
  const { preferences, known } = usePreferences();
  const [narrow, setNarrow] = useState(() => window.innerWidth < 1100);
  const [dialog, setDialog] = useState<"palette" | "keys" | null>(null);
  const [palette, keyHelp] = [useEver(dialog === "palette"), useEver(dialog === "keys")];
  const [started, setStarted] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setStarted(true), AFTER_START);
    return () => clearTimeout(timer);
  }, []);
  useTheme(known ? preferences.theme : undefined);
  useFrameCommands({
    palette: () => setDialog("palette"),
    keys: () => setDialog("keys"),
    fold: () => setNarrow(!narrow),
  });

  const problem = app.error ?? app.data?.problem ?? null;
  const tryAgain = () => void app.refetch();
  if (problem !== null && FATAL.has(problem.code)) {
    return (
      <Suspense>
        <FatalPage problem={problem} app={app.data} />
      </Suspense>
    );
  }
  return (
    <div className={styles.shell} data-narrow={narrow || undefined}>
      <nav className={styles.nav} aria-label="Main">
        <div className={styles.brand}>
          <BrandMark />
          <span className={styles.words}>Packlight</span>
        </div>
        <OrdersLink />
        <NavLink to="/inventory" label="Inventory" icon={<Boxes size={16} strokeWidth={1.7} aria-hidden />} />
        <NavLink to="/activity" label="Activity" icon={<ScrollText size={16} strokeWidth={1.7} aria-hidden />} />
        <span className={styles.space} />
        {app.data?.demo && <DemoBox narrow={narrow} />}
        <NavLink to="/settings" label="Settings" icon={<Settings size={16} strokeWidth={1.7} aria-hidden />} />
        <IconButton
          label={narrow ? "Unfold the navigation" : "Fold the navigation"}
          className={styles.fold}
          aria-expanded={!narrow}
          onClick={() => setNarrow(!narrow)}
        >
          <PanelLeft size={16} strokeWidth={1.7} />
        </IconButton>
      </nav>
      <div className={styles.content}>
        <FreshnessStrip />
        {problem !== null && (
          <div className={styles.banner}>
            {problem.code === "read_only" ? (
              <Notice tone="warn" icon={<Lock size={16} aria-hidden />}>
                <strong>Another Packlight is writing here.</strong> This window reads along and changes nothing. Close
                the other one to work here.
              </Notice>
            ) : (
              <FailureNotice error={problem} onAgain={tryAgain} />
            )}
          </div>
        )}
        <Suspense>{started && <PickAlerts />}</Suspense>
        <main className={styles.main}>
          <Outlet />
        </main>
      </div>
      <Suspense>
        {palette && <CommandPalette open={dialog === "palette"} onClose={() => setDialog(null)} />}
        {keyHelp && <KeyHelp open={dialog === "keys"} onClose={() => setDialog(null)} />}
      </Suspense>
    </div>
  );
}

function OrdersLink() {
  const { data: counts } = useQuery(queries.counts(null));
  const paid = counts?.paid ?? 0;
  return (
    <NavLink to="/orders/amazon" section="/orders" label="Orders" icon={<OrdersIcon />}>
      {paid > 0 && (
        <span className={`${styles.count} num`} title={`${format.number(paid)} paid, to be shipped`}>
          {format.number(paid)}
        </span>
      )}
    </NavLink>
  );
}

type NavLinkProps = {
  to: "/orders/amazon" | "/inventory" | "/activity" | "/settings";
  /** The path under which it is the present section; `to` unless given. */
  section?: string;
  label: string;
  icon: ReactNode;
  children?: ReactNode;
};

function NavLink({ to, section = to, label, icon, children }: NavLinkProps) {
  const here = useLocation({ select: ({ pathname }) => pathname.startsWith(section) });
  return (
    <Link
      to={to}
      title={label}
      className={`${styles.link} ${here ? styles.here : ""}`}
      aria-current={here ? "page" : undefined}
    >
      {icon}
      <span className={styles.words}>{label}</span>
      {children}
    </Link>
  );
}
