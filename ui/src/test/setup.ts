/** Gives jsdom the little layout that the table asks for, and cleans up between tests. */
import "@testing-library/jest-dom/vitest";
import { clearMocks } from "@tauri-apps/api/mocks";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";

/** Height of every table: room for 18 rows of 34 px below a head of 30 px. */
export const GRID_HEIGHT = 642;

// Tests wait for what they expect, never for time; a busy machine may need longer than the usual second.
configure({ asyncUtilTimeout: 10_000 });

class NoResize implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

const scrolled = new WeakMap<Element, number>();

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", NoResize);
  vi.stubGlobal("matchMedia", (media: string) => ({
    matches: false,
    media,
    addEventListener: () => {},
    removeEventListener: () => {},
  }));
  vi.stubGlobal("scrollTo", () => {});
  Object.defineProperty(window, "innerWidth", { value: 1440, configurable: true, writable: true });
  Object.defineProperty(HTMLElement.prototype, "clientHeight", {
    configurable: true,
    get(this: HTMLElement) {
      return this.getAttribute("role") === "grid" ? GRID_HEIGHT : 0;
    },
  });
  // A browser tells of every scroll, also of one by script; jsdom only stores the number.
  Object.defineProperty(Element.prototype, "scrollTop", {
    configurable: true,
    get(this: Element) {
      return scrolled.get(this) ?? 0;
    },
    set(this: Element, top: number) {
      scrolled.set(this, Math.max(0, top));
      this.dispatchEvent(new Event("scroll"));
    },
  });
});

afterEach(async () => {
  cleanup();
  // The window stops listening a moment after it is gone.
  await new Promise((resolve) => setTimeout(resolve, 0));
  clearMocks();
  vi.unstubAllGlobals();
  document.documentElement.removeAttribute("data-theme");
});
