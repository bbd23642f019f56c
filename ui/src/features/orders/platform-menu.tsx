/** The name of the page, and the way to the pages of the other platforms. */
import { ChevronDown } from "lucide-react";

import { IconButton } from "~/components/button";
import { Menu, type MenuEntry } from "~/components/menu";
import type { Platform } from "~/lib/bindings";

import { PLATFORM_NAMES } from "./columns";

const PLATFORMS: readonly (Platform | null)[] = [null, "amazon", "ebay", "bricqer"];

type Props = { platform: Platform | null; onPlatform: (platform: Platform | null) => void };

export function PlatformMenu({ platform, onPlatform }: Props) {
  const entries = PLATFORMS.map((choice): MenuEntry => ({
    id: choice ?? "all",
    label: choice === null ? "All platforms" : PLATFORM_NAMES[choice],
    chosen: platform === choice,
    run: () => onPlatform(choice),
  }));
  return (
    <>
      <h1>{platform === null ? "All orders" : `${PLATFORM_NAMES[platform]} orders`}</h1>
      <Menu
        label="Platform"
        trigger={
          <IconButton label="Choose the platform">
            <ChevronDown size={15} />
          </IconButton>
        }
        entries={entries}
      />
    </>
  );
}
