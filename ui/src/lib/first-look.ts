/**
 * What the core put into the page: the data of the first picture, so that it is drawn before anything is asked.
 *
 * It is a copy as of one turn of the news. What it holds goes into the cache under the keys of the questions that it
 * answers; its rows go to the list of the page that opens with them, and to nobody later.
 */
import type { FirstLook } from "./bindings";

/** The element that the core writes (`src-tauri/src/first_look.rs`). */
const ELEMENT = "first-look";

/** What the page was given; `null` under Vite, after a failure, and for whoever asks a second time. */
export function takeFirstLook(page: Document = document): FirstLook | null {
  const element = page.getElementById(ELEMENT);
  if (element === null) return null;
  element.remove();
  try {
    return JSON.parse(element.textContent) as FirstLook;
  } catch {
    return null;
  }
}
