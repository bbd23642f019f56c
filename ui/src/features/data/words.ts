/** What a backup is, in a line. */
import type { BackupFile } from "~/lib/bindings";
import { counted, format } from "~/lib/format";

/** A day, with its year where that is another, and the time. */
export function when(instant: string, now: number): string {
  return `${format.day(instant, now)}, ${format.clock(new Date(instant).getTime())}`;
}

/** When it was made, or its file where it does not say. */
export function madeAt(backup: BackupFile, now: number): string {
  return backup.made_at === null ? backup.path : when(backup.made_at, now);
}

/** What is in it. */
export function holdings(backup: BackupFile): string {
  const newest = backup.newest_order === null ? "" : `, the newest of ${format.absolute(backup.newest_order)}`;
  return `${counted(backup.orders, "order")}${newest}; ${counted(backup.units, "unit")}`;
}
