/** The answers of picking and printing over a made-up shop. */
import type { Paper, PickList, PickListDone, PreviewPage, Printed, Printer, PrintOptions } from "~/lib/bindings";

import { refusal, type Handlers } from "./fake-backend";
import { MadeUpPicking } from "./made-up-picking";
import type { MadeUpShop } from "./made-up-orders";

export const PRINTERS: Printer[] = [
  { name: "Packing-Table", description: "Brother HL-L2350DW", state: "ready", reason: "", is_default: true },
  { name: "Zebra-GK420d", description: "Labels", state: "needs_attention", reason: "out of paper", is_default: false },
];

const SIZES: Record<Paper, [number, number]> = { a4: [5953, 8419], letter: [6120, 7920], "4x6": [2880, 4320] };
const LINES = 18;

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** Pages that look like the real ones from a step away. */
export function madeUpPages(list: PickList, paper: Paper): PreviewPage[] {
  const [width, height] = SIZES[paper];
  const lines = list.groups.flatMap(({ heading, rows }) =>
    rows.map((row) => ({ place: heading, text: `${row.set_number}  ${row.name}`, quantity: row.quantity })),
  );
  const count = Math.max(1, Math.ceil(lines.length / LINES));
  return Array.from({ length: count }, (_, page): PreviewPage => {
    const body = lines.slice(page * LINES, (page + 1) * LINES).map(({ place, text, quantity }, at) => {
      const y = 1200 + at * 380;
      return (
        `<rect x="400" y="${y - 170}" width="200" height="200" fill="none" stroke="#000" stroke-width="12"/>` +
        `<text x="700" y="${y}" font-size="200" font-weight="700">${escaped(place)}</text>` +
        `<text x="1700" y="${y}" font-size="130">${escaped(text).slice(0, 48)}</text>` +
        `<text x="${width - 600}" y="${y}" font-size="200" font-weight="700">${quantity}</text>`
      );
    });
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif">` +
      `<rect width="${width}" height="${height}" fill="#fff"/>` +
      `<text x="400" y="600" font-size="260" font-weight="700">${list.id}</text>` +
      `<text x="400" y="820" font-size="130">${list.totals.units} units · data as of ${list.data_as_of_text} · page ${page + 1} of ${count}</text>` +
      `${body.join("")}</svg>`;
    return { number: page + 1, width, height, svg };
  });
}

export function pickingHandlers(shop: MadeUpShop, picking = new MadeUpPicking(shop)): Partial<Handlers> {
  let remembered: PrintOptions | null = null;
  const done = ({ entry, batch }: PickListDone): PickListDone => ({ entry, batch });
  const printed = (record: number, options: PrintOptions): Printed => {
    const list = picking.find(record);
    const at = new Date().toISOString();
    list.entry = { ...list.entry, prints: list.entry.prints + 1, printed_at: at };
    const to = PRINTERS.find(({ name }) => name === (options.printer ?? remembered?.printer ?? "Packing-Table"));
    if (to === undefined) throw refusal("not_found", `There is no printer ${options.printer} any more.`);
    remembered = options;
    return {
      printer: to.name,
      job: `${to.name}-${list.entry.prints}`,
      pages: madeUpPages(list.list, options.paper).length,
      list: list.entry,
      warning: to.state === "needs_attention" ? `${to.name} is ${to.reason}; the job waits in its queue.` : null,
    };
  };
  return {
    previewPickList: (request, paper) => {
      const list = picking.of(request);
      return { list, pages: madeUpPages(list, paper) };
    },
    pickLists: (before, limit) => picking.entries(before, limit),
    struckPickLists: () => picking.news(),
    seeStruck: (record, struck) => {
      picking.seen.set(record, struck);
      return null;
    },
    pickRun: (record) => {
      const { entry, stops, exceptions } = picking.find(record);
      return { entry, stops, exceptions };
    },
    startPickRun: (request) => {
      const { entry } = picking.record(request, 0);
      const batch = shop.stock.act(
        `Started the pick run ${entry.id}`,
        null,
        () => void picking.end(entry.record, "discarded"),
      );
      return { entry, batch };
    },
    markPicked: (record, positions, mark) => picking.mark(record, positions, mark),
    scanPick: (record, code) => picking.scan(record, code),
    finishPickList: (record) => done(picking.end(record, "done")),
    discardPickList: (record) => done(picking.end(record, "discarded")),
    walkOrder: () => picking.locations(),
    setWalkOrder: (locations) => {
      const before = picking.walk;
      picking.walk = locations;
      return shop.stock.act("Changed the walk order", null, () => (picking.walk = before));
    },
    printPickList: (request, options) => printed(picking.record(request, 0).entry.record, options),
    reprintPickList: (record, options) => printed(record, options),
    savePickList: (request) => ({ path: `/home/me/Downloads/${picking.of(request).id}.pdf`, rows: 0 }),
    saveRecordedPickList: (record) => ({ path: `/home/me/Downloads/${picking.find(record).entry.id}.pdf`, rows: 0 }),
    printers: () => PRINTERS,
    printerChoice: () => remembered,
    setPrinterChoice: (_, options) => {
      remembered = options;
      return null;
    },
    openDocument: () => null,
  };
}
