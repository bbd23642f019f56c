/** Starts the window. In `--mode demo` a made-up core stands in, for looking at the screens in a browser. */
import "@fontsource-variable/inter/index.css";
import "./styles/tokens.css";
import "./styles/base.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/app";
import { createAppRouter } from "./app/router";
import { showLastTheme } from "./app/theme";
import { takeFirstLook } from "./lib/first-look";
import { createQueryClient } from "./lib/query";

/** The font of the text, as `document.fonts` wants it named. */
const TEXT = '13px "Inter Variable"';

async function start(): Promise<void> {
  showLastTheme();
  if (import.meta.env.MODE === "demo") {
    const { startBrowserDemo } = await import("./test/browser-demo");
    startBrowserDemo();
  }
  const root = document.getElementById("root");
  if (root === null) return;
  const client = createQueryClient(takeFirstLook());
  const router = createAppRouter();
  // The first render is the first picture: neither the frame of a page that is still being found, nor text that is laid
  // out in another font first. A font that cannot be had keeps nothing from being read.
  await Promise.all([router.load(), document.fonts.load(TEXT).catch(() => [])]);
  createRoot(root).render(
    <StrictMode>
      <App client={client} router={router} />
    </StrictMode>,
  );
}

void start();
