import "~/components/toasts";

import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { openWindow } from "~/test/open-window";

describe("the home currency", () => {
  it("is chosen among those of the marketplaces, and taken back", async () => {
    const { user, core } = openWindow({ at: "/settings/picking" });
    const field = await screen.findByRole("combobox", { name: "Home currency" });
    await waitFor(() => expect(field).toHaveValue("GBP"));
    expect(field).toHaveAccessibleDescription("What a cost or price is in that you type or import without a currency");
    await within(field).findByRole("option", { name: "JPY · Japanese Yen" });
    expect(
      within(field)
        .getAllByRole<HTMLOptionElement>("option")
        .map(({ value }) => value),
    ).toEqual(["CAD", "EUR", "GBP", "JPY", "USD"]);
    await user.selectOptions(field, "EUR");
    await waitFor(() => expect(core.callsOf("setHomeCurrency")).toEqual([["EUR"]]));
    const toast = await screen.findByTestId("toast");
    expect(toast).toHaveTextContent("The home currency is EUR");
    expect(field).toHaveValue("EUR");
    await user.click(within(toast).getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(field).toHaveValue("GBP"));
  });
});
