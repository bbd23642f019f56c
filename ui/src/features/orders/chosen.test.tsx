import { screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";

import { openWindow } from "~/test/open-window";

it("the core writes what is chosen by mouse and says what is chosen", async () => {
  const { user, href, core } = openWindow({
    at: "/orders/amazon?q=mug",
    handlers: {
      editQuery: (text, edit) => `${text} ${JSON.stringify(edit).includes('"paid"') ? "status:PAID" : "is:unmatched"} `,
      queryHelp: (text) => {
        const at = { start: 0, end: text.length };
        const terms = [
          { at, negated: false, key: "status", values: ["paid"] },
          { at, negated: true, key: "status", values: ["shipped"] },
          { at, negated: false, key: "is", values: ["late"] },
          { at, negated: false, key: "is", values: ["unmatched"] },
        ];
        return { spans: [], suggestions: [], error: null, terms: text.includes("PAID") ? terms : [] };
      },
    },
  });
  const card = (name: string) => screen.getByTestId(`card-${name}`);
  await screen.findByTestId("card-paid");
  await user.click(card("paid"));
  await waitFor(() => expect(href()).toBe("/orders/amazon?q=mug+status:PAID"));
  expect(core.callsOf("editQuery")).toEqual([["mug", { kind: "choose", key: "status", among: [], value: "paid" }]]);
  await waitFor(() => expect(card("paid")).toHaveAttribute("aria-pressed", "true"));
  expect(card("shipped")).toHaveAttribute("aria-pressed", "false");
  expect(screen.getByRole("button", { name: "Status: Paid" })).toBeInTheDocument();

  await user.click(await screen.findByRole("button", { name: "Match: Unmatched" }));
  await user.click(await screen.findByRole("menuitem", { name: "No ASIN" }));
  await waitFor(() =>
    expect(core.callsOf("editQuery").at(-1)).toEqual([
      "mug status:PAID",
      { kind: "choose", key: "is", among: ["matched", "unmatched", "no_asin"], value: "no_asin" },
    ]),
  );
});
