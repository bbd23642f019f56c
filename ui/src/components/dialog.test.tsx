import "./dialog-box";

import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useRef } from "react";
import { describe, expect, it } from "vitest";

import { Button } from "./button";
import { Dialog } from "./dialog";
import { KeyProvider, useCommands } from "./keys";

type Props = {
  open: boolean;
  enabled: boolean;
  wantsAction: boolean;
  onClose: () => void;
  onPage: (what: string) => void;
};

/** A page with keys of its own, and a dialog whose action the test enables and disables. */
function PageAndDialog({ open, enabled, wantsAction, onClose, onPage }: Props) {
  const action = useRef<HTMLButtonElement>(null);
  useCommands([{ id: "x", label: "Select", keys: "x", group: "Orders", run: () => onPage("x") }]);
  return (
    <>
      <button type="button" onKeyDown={({ key }) => onPage(`key ${key}`)} onClick={() => onPage("click")}>
        Behind
      </button>
      <Dialog
        open={open}
        onClose={onClose}
        title="A question"
        initialFocus={wantsAction ? action : undefined}
        actions={
          <Button ref={action} disabled={!enabled}>
            Do it
          </Button>
        }
      >
        <p>What will happen.</p>
      </Dialog>
    </>
  );
}

function opened({ wantsAction }: { wantsAction: boolean }) {
  const pressed: string[] = [];
  const made = (open: boolean, enabled: boolean) => (
    <KeyProvider>
      <PageAndDialog
        open={open}
        enabled={enabled}
        wantsAction={wantsAction}
        onClose={() => view.rerender(made(false, enabled))}
        onPage={(what) => pressed.push(what)}
      />
    </KeyProvider>
  );
  const view = render(made(false, false));
  const behind = screen.getByText("Behind");
  act(() => behind.focus());
  view.rerender(made(true, false));
  return { pressed, behind, user: userEvent.setup(), enable: (on: boolean) => view.rerender(made(true, on)) };
}

const box = () => screen.findByRole("dialog", { name: "A question" });
const action = () => screen.getByRole("button", { name: "Do it" });

describe("a dialog", () => {
  it.each([true, false])(
    "of which nothing can be pressed yet holds the focus itself (action wanted: %s)",
    async (wantsAction) => {
      const { user, pressed, behind } = opened({ wantsAction });
      const dialog = await box();
      await waitFor(() => expect(dialog).toHaveFocus());
      await user.keyboard("x{Enter} ");
      expect(pressed).toEqual([]);
      await user.keyboard("{Escape}");
      await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
      await waitFor(() => expect(behind).toHaveFocus());
      await user.keyboard("x");
      expect(pressed).toEqual(["key x", "x"]);
    },
  );

  it("gives the focus to the wanted action when it can be pressed, and back to it after its work", async () => {
    const { enable } = opened({ wantsAction: true });
    const dialog = await box();
    await waitFor(() => expect(dialog).toHaveFocus());
    enable(true);
    await waitFor(() => expect(action()).toHaveFocus());
    enable(false);
    await waitFor(() => expect(dialog).toHaveFocus());
    enable(true);
    await waitFor(() => expect(action()).toHaveFocus());
  });

  it("that has the focus already does not move it when an action can be pressed", async () => {
    const { enable } = opened({ wantsAction: false });
    const dialog = await box();
    await waitFor(() => expect(dialog).toHaveFocus());
    enable(true);
    await waitFor(() => expect(action()).toBeEnabled());
    expect(dialog).toHaveFocus();
  });

  it("lets no key act behind it, even where the focus is left there", async () => {
    const { user, pressed, behind } = opened({ wantsAction: true });
    const dialog = await box();
    await waitFor(() => expect(dialog).toHaveFocus());
    act(() => behind.focus());
    await user.keyboard("x{Enter} ");
    act(() => behind.blur());
    await user.keyboard("x");
    expect(pressed).toEqual([]);
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});
