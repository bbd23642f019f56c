import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { TextArea, TextField } from "./field";

describe("a text field", () => {
  it("takes what the core takes, and says when no more fits", async () => {
    const user = userEvent.setup();
    render(<TextField label="SKU" hint="Yours" maxLength={12} />);
    const field = screen.getByRole("textbox", { name: "SKU" });
    await user.type(field, "ABCDEFGHIJK");
    expect(field).toHaveAccessibleDescription("Yours");
    await user.paste("LMNOP");
    expect(field).toHaveValue("ABCDEFGHIJKL");
    expect(field).toHaveAccessibleDescription("12 characters at most");
    await user.keyboard("{Backspace}");
    expect(field).toHaveAccessibleDescription("Yours");
  });

  it("ends at 500 characters where nothing else is said, and is silent about short codes", async () => {
    const user = userEvent.setup();
    render(
      <>
        <TextField label="Name" />
        <TextField label="Currency" maxLength={3} />
      </>,
    );
    expect(screen.getByRole("textbox", { name: "Name" })).toHaveAttribute("maxlength", "500");
    await user.type(screen.getByRole("textbox", { name: "Currency" }), "GBPX");
    expect(screen.getByRole("textbox", { name: "Currency" })).toHaveValue("GBP");
    expect(screen.getByRole("textbox", { name: "Currency" })).not.toHaveAccessibleDescription();
  });
});

describe("a text of several lines", () => {
  it("says when no more fits", async () => {
    const user = userEvent.setup();
    render(<TextArea label="Notes" maxLength={12} />);
    const field = screen.getByRole("textbox", { name: "Notes" });
    await user.type(field, "one{Enter}two{Enter}three");
    expect(field).toHaveValue("one\ntwo\nthre");
    expect(field).toHaveAccessibleDescription("12 characters at most");
  });
});
