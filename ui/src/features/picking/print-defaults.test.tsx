/** Settings → Stock & picking: the printer and the paper of lists, in the whole window over a fake core. */
import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import type { PrintOptions } from "~/lib/bindings";
import { refusal } from "~/test/fake-backend";
import { openWindow } from "~/test/open-window";

import "~/app/desk-dialogs";
import "~/app/picking-settings";
import "~/components/dialog-box";
import "~/components/toasts";

afterEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

const fields = async () => {
  const group = await screen.findByRole("group", { name: "Printing of pick lists" });
  const printer = within(group).getByRole("combobox", { name: "Printer" });
  await waitFor(() => expect(printer).toBeEnabled());
  await within(printer).findByRole("option", { name: /Zebra/ });
  return { printer, paper: within(group).getByRole("combobox", { name: "Paper" }) };
};

test("what is chosen is kept by the core, and is what the next list is printed with", async () => {
  const { user, core } = openWindow({ at: "/settings/picking" });
  const { printer, paper } = await fields();
  expect(printer).toHaveDisplayValue("The system's default (Packing-Table)");
  expect(paper).toHaveDisplayValue("A4");
  await user.selectOptions(paper, "Letter");
  await user.selectOptions(printer, "Zebra-GK420d – Labels");
  const options: PrintOptions = { printer: null, paper: "letter", copies: 1, reverse: false };
  await waitFor(() =>
    expect(core.callsOf("setPrinterChoice")).toEqual([
      ["pick_list", options],
      ["pick_list", { ...options, printer: "Zebra-GK420d" }],
    ]),
  );
  // Another computer's browser knows nothing of it; the core does.
  localStorage.clear();
  printer.blur();
  await user.keyboard("go");
  await screen.findByTestId("orders-table");
  await user.keyboard("p");
  const dialog = await screen.findByRole("dialog", { name: /Pick list P-/ });
  await waitFor(() =>
    expect(within(dialog).getByRole("combobox", { name: "Printer" })).toHaveDisplayValue("Zebra-GK420d – Labels"),
  );
  expect(within(dialog).getByRole("combobox", { name: "Paper" })).toHaveDisplayValue("Letter");
  // And what is chosen there is there the next time.
  await user.selectOptions(within(dialog).getByRole("combobox", { name: "Paper" }), "4x6");
  await waitFor(() =>
    expect(core.callsOf("setPrinterChoice").at(-1)).toEqual([
      "pick_list",
      { ...options, paper: "4x6", printer: "Zebra-GK420d" },
    ]),
  );
});

test("what could not be kept is not shown, and a printer that is gone is named", async () => {
  const options: PrintOptions = { printer: "Attic", paper: "a4", copies: 1, reverse: false };
  const { user } = openWindow({
    at: "/settings/picking",
    handlers: {
      printerChoice: () => options,
      setPrinterChoice: () => {
        throw refusal("internal", "the preferences were not saved: no space left on device");
      },
    },
  });
  const { printer, paper } = await fields();
  expect(printer).toHaveDisplayValue("Attic – not there now");
  await user.selectOptions(paper, "Letter");
  expect(await screen.findByTestId("toast")).toHaveTextContent(/The setting was not kept.*no space left/);
  expect(paper).toHaveDisplayValue("A4");
  await user.selectOptions(printer, "The system's default (Packing-Table)");
  await waitFor(() => expect(printer).toHaveDisplayValue("Attic – not there now"));
});
