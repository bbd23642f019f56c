/** The answers of a core whose data folder has been in use for a while: backups, requests, and a repaired database. */
import type { BackupFile, NetworkEntry, RepairReport } from "~/lib/bindings";

import type { Handlers } from "./fake-backend";

const DAY = 86_400_000;
const FOLDER = "/home/me/packlight";

const ago = (now: number, milliseconds: number) => new Date(now - milliseconds).toISOString();

function madeUpBackup(now: number, nights: number): BackupFile {
  const made = ago(now, nights * DAY);
  return {
    path: `${FOLDER}/backups/packlight-${made.slice(0, 10)}.db`,
    megabytes: 14,
    made_at: made,
    orders: 312 - nights * 3,
    units: 118,
    newest_order: ago(now, nights * DAY + 3_600_000),
    accounts: ["My shop"],
    is_older: nights > 7,
  };
}

function madeUpRequests(now: number): NetworkEntry[] {
  const of = (minutes: number, purpose: string, status: number | null, bytes: number): NetworkEntry => ({
    at: ago(now, minutes * 60_000),
    host: purpose === "token" ? "api.amazon.com" : "sellingpartnerapi-eu.amazon.com",
    purpose,
    method: purpose === "token" || purpose === "createReport" ? "POST" : "GET",
    status,
    bytes_out: purpose === "token" ? 611 : 388,
    bytes_in: bytes,
    milliseconds: Math.round(210 + bytes / 500),
  });
  return Array.from({ length: 40 }, (_, poll) => [
    of(poll * 5, "searchOrders", poll === 6 ? 429 : 200, 48_211),
    ...(poll % 12 === 0 ? [of(poll * 5, "token", 200, 902)] : []),
    ...(poll === 9 ? [of(poll * 5, "getReportDocument", null, 0)] : []),
  ]).flat();
}

export function madeUpRepair(now: number): RepairReport {
  const backup = madeUpBackup(now, 1);
  return { quarantine: `${FOLDER}/packlight.db.damaged-1`, backup, from_itself: false, acts_kept: 3, acts_lost: 1 };
}

export function dataHandlers(now: () => number): Partial<Handlers> {
  return {
    backupStatus: () => ({
      folder: `${FOLDER}/backups`,
      files: [0, 1, 2, 3, 4, 5, 6, 13, 20, 41].map((nights) => madeUpBackup(now(), nights)),
      problem: null,
      failed_at: null,
    }),
    previewBackup: (path) => ({ ...madeUpBackup(now(), 1), path }),
    networkRequests: (limit) => madeUpRequests(now()).slice(0, limit),
    previewRetention: ({ order_years = null }) => ({
      orders: order_years === null ? 0 : 120,
      staying: order_years === null ? 0 : 2,
      orders_before: order_years === null ? null : ago(now(), order_years * 365 * DAY),
      runs: 0,
      requests: 0,
    }),
  };
}
