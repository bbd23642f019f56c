import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import type { ImportInput, ImportPreview } from "~/lib/bindings";
import { openWindow } from "~/test/open-window";

const preview = (more: Partial<ImportPreview["report"]> = {}): ImportPreview => ({
  charset: "Windows-1252",
  separator: "semicolon",
  heads: ["Set #", "What", "State", "Where"],
  sample: [["75192", "Falcon", "New", "A-01"]],
  fields: [
    { name: "set_number", label: "Set number", required: true },
    { name: "name", label: "Name", required: true },
    { name: "condition", label: "Condition", required: true },
    { name: "storage_location", label: "Storage location", required: false },
  ],
  columns: [
    { field: "set_number", column: 0 },
    { field: "name", column: 1 },
    { field: "condition", column: 2 },
    { field: "storage_location", column: null },
  ],
  report: {
    rows: 3,
    units_added: 2,
    orders_new: 0,
    orders_changed: 0,
    orders_unchanged: 0,
    rows_skipped: 1,
    dry_run: true,
    batch: null,
    notes: [],
    errors: [{ row: 4, field: "cost", message: "cost 'twelve' is not an amount: write 12.00" }],
    ...more,
  },
});

async function choose(handlers: Parameters<typeof openWindow>[0]) {
  const opened = openWindow({ at: "/inventory", ...handlers });
  await opened.user.click(await screen.findByRole("button", { name: "Import CSV" }));
  await waitFor(() => expect(screen.getByRole("button", { name: "Choose a file" })).toHaveFocus());
  const file = new File(["Set #;What;State;Where\n75192;Falcon;New;A-01\n"], "stock.csv", { type: "text/csv" });
  await opened.user.upload(await screen.findByTestId("import-file"), file);
  return opened;
}

describe("importing a file", () => {
  it("shows how it was read and which rows are left out before anything is written", async () => {
    const { core } = await choose({ handlers: { previewImport: () => preview() } });
    const dialog = await screen.findByRole("dialog", { name: "Import units" });
    expect(await within(dialog).findByText(/Windows-1252, separated by semicolon, 3 rows/)).toBeInTheDocument();
    expect(within(dialog).getByRole("status")).toHaveTextContent(
      "2 units will be added. 1 row is left out, see below.",
    );
    expect(within(dialog).getByRole("table", { name: "Rows with problems" })).toHaveTextContent(
      "4costcost 'twelve' is not an amount: write 12.00",
    );
    expect(core.callsOf("previewImport")[0]?.[0]).toMatchObject({ kind: "units", name: "stock.csv", columns: null });
    expect(atob(core.callsOf("previewImport")[0]?.[0].content ?? "")).toContain("75192;Falcon");
    expect(core.callsOf("runImport")).toHaveLength(0);
  });

  it("another column reads the file again, and a column fills one field", async () => {
    const { user, core } = await choose({ handlers: { previewImport: () => preview() } });
    const dialog = await screen.findByRole("dialog", { name: "Import units" });
    await user.selectOptions(await within(dialog).findByRole("combobox", { name: "Storage location" }), "State");
    await waitFor(() => expect(core.callsOf("previewImport")).toHaveLength(2));
    expect(core.callsOf("previewImport")[1]?.[0].columns).toEqual([
      { field: "set_number", column: 0 },
      { field: "name", column: 1 },
      { field: "condition", column: null },
      { field: "storage_location", column: 2 },
    ]);
  });

  it("imports what was shown, with the columns that were shown", async () => {
    const inputs: ImportInput[] = [];
    const { user } = await choose({
      handlers: {
        previewImport: () => preview(),
        runImport: (input) => {
          inputs.push(input);
          return { ...preview().report, dry_run: false, batch: 9 };
        },
      },
    });
    await user.click(await screen.findByRole("button", { name: "Import 2 units" }));
    const toast = await screen.findByTestId("toast");
    expect(toast).toHaveTextContent("2 units added");
    expect(toast).toHaveTextContent("1 row was not taken.");
    expect(within(toast).getByRole("button", { name: "Undo" })).toBeInTheDocument();
    expect(inputs[0]?.columns).toEqual(preview().columns);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("a file without a usable row cannot be imported", async () => {
    await choose({ handlers: { previewImport: () => preview({ units_added: 0, rows_skipped: 3 }) } });
    expect(await screen.findByRole("button", { name: "Import 0 units" })).toBeDisabled();
  });

  it("a file that cannot be read is refused in a sentence, and another can be chosen", async () => {
    await choose({
      handlers: {
        previewImport: () => {
          // oxlint-disable-next-line no-throw-literal
          throw {
            code: "bad_input",
            message: "stock.csv is a spreadsheet file: save it as CSV",
            retryable: false,
            context: null,
          };
        },
      },
    });
    expect(await screen.findByRole("alert")).toHaveTextContent("stock.csv is a spreadsheet file: save it as CSV");
    expect(screen.getByRole("button", { name: "Choose a file" })).toBeEnabled();
  });
});
