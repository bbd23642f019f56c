/** The pages of the settings, in the order of their tabs. Each is `/settings/<page>` and a command of the palette. */
export const SETTINGS_PAGES = [
  { page: "amazon", label: "Amazon", words: "account connect secrets" },
  { page: "picking", label: "Stock & picking", words: "home currency archive printer paper walk order" },
  { page: "background", label: "Background & alerts", words: "tray autostart pause notifications" },
  { page: "appearance", label: "Appearance", words: "theme density" },
  { page: "data", label: "Data", words: "backup restore export erase" },
  { page: "diagnostics", label: "Diagnostics", words: "network logs" },
  { page: "about", label: "About", words: "version licences" },
] as const;

export type SettingsPageName = (typeof SETTINGS_PAGES)[number]["page"];
