/** Settings → Background & alerts, in the whole window over a fake core. */
import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import "~/components/toasts";
import type { BackgroundStatus } from "~/lib/bindings";
import { refusal, type Handlers } from "~/test/fake-backend";
import { openWindow } from "~/test/open-window";

import "./background-page";

const status: BackgroundStatus = {
  background: { keep_in_tray: true, sync_minutes: 5 },
  alerts: {
    new_orders: true,
    cancellations: true,
    sync_dead: true,
    credentials: true,
    printing: true,
    views: [],
    quiet_hours: null,
  },
  too_large: [],
  paused_until: null,
  tray: "here",
  autostart: false,
};

async function opened(more: Partial<BackgroundStatus> = {}, handlers: Partial<Handlers> = {}) {
  const kept = { ...status, ...more };
  const desk = openWindow({
    at: "/settings/background",
    handlers: {
      background: () => kept,
      setBackground: (background) => {
        kept.background = background;
        return 7;
      },
      setAlerts: (alerts) => {
        kept.alerts = alerts;
        return 8;
      },
      setAutostart: (on) => {
        kept.autostart = on;
        return null;
      },
      ...handlers,
    },
  });
  await screen.findByRole("checkbox", { name: /Keep Packlight in the tray/ });
  return desk;
}

test("what is chosen is kept and can be taken back", async () => {
  const { user, core } = await opened();
  await user.click(screen.getByRole("checkbox", { name: /Keep Packlight in the tray/ }));
  await screen.findByText("Closing the window quits Packlight");
  expect(core.callsOf("setBackground")).toEqual([[{ keep_in_tray: false, sync_minutes: 5 }]]);
  expect(await screen.findByRole("button", { name: "Undo" })).toBeVisible();
  await user.selectOptions(screen.getByRole("combobox", { name: "Read orders" }), "Every hour");
  await waitFor(() => expect(core.callsOf("setBackground")[1]).toEqual([{ keep_in_tray: false, sync_minutes: 60 }]));
  await user.click(screen.getByRole("checkbox", { name: /Start with the system/ }));
  await screen.findByText("Packlight starts with the system");
  expect(core.callsOf("setAutostart")).toEqual([[true]]);
});

test("a refused choice goes back to what it was and says why", async () => {
  const refused = () => {
    throw refusal("bad_input", "the view Late holds more than the 5000 orders");
  };
  const { user } = await opened({}, { setAlerts: refused });
  const alerts = screen.getByRole("region", { name: "Alerts" });
  const box = within(alerts).getByRole("checkbox", { name: /New orders/ });
  await user.click(box);
  await screen.findByText("The setting was not kept");
  await waitFor(() => expect(box).toBeChecked());
});

test("quiet hours and saved views", async () => {
  const { user, core } = await opened();
  await user.click(screen.getByRole("checkbox", { name: "Keep quiet every day" }));
  await waitFor(() => expect(core.callsOf("setAlerts")[0]?.[0].quiet_hours).toEqual({ from: 22 * 60, to: 7 * 60 }));
  const from = await screen.findByLabelText("From");
  await user.clear(from);
  await user.type(from, "21:30");
  await user.tab();
  await waitFor(() =>
    expect(core.callsOf("setAlerts")[1]?.[0].quiet_hours).toEqual({ from: 21 * 60 + 30, to: 7 * 60 }),
  );
  const views = screen.getByRole("group", { name: "Saved views" });
  const late = within(views).getByRole("checkbox", { name: /^Late/ });
  await user.click(late);
  await waitFor(() => expect(core.callsOf("setAlerts")[2]?.[0].views).toHaveLength(1));
});

test("a watched view that has grown too large says so, and one that is not watched does not", async () => {
  const alerts = { ...status.alerts, views: [1] };
  await opened({ alerts, too_large: [1, 2] });
  const views = screen.getByRole("group", { name: "Saved views" });
  const large = await within(views).findAllByRole("checkbox", {
    name: /Raises no alerts now: it holds more than 5,000 orders/,
  });
  expect(large).toHaveLength(1);
  expect(large[0]).toBeChecked();
});

test("a pause shows its end and can be ended", async () => {
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const { user, core } = await opened({}, { pauseSync: () => until });
  await user.click(screen.getByRole("button", { name: "Pause until tomorrow" }));
  await screen.findByText(/^Paused until \d/);
  expect(core.callsOf("pauseSync")).toEqual([["tomorrow"]]);
});

test("without a tray it says what closing does, and a pause offers to go on", async () => {
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const { user, core } = await opened({ tray: "no_host", paused_until: until }, { resumeSync: () => null });
  expect(screen.getByText(/This desktop shows no tray icons/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Resume" }));
  await waitFor(() => expect(core.callsOf("resumeSync")).toHaveLength(1));
});

test("a pause that has ended by itself is none", async () => {
  await opened({ paused_until: new Date(Date.now() - 1_000).toISOString() });
  expect(screen.getByRole("button", { name: "Pause for 1 hour" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Resume" })).toBeNull();
});
