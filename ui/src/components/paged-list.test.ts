import { describe, expect, it, vi } from "vitest";

import type { OrderRow } from "~/lib/bindings";
import { Failure } from "~/lib/ipc";
import { madeUpRow } from "~/test/made-up-orders";

import { PagedList, type ListPage } from "./paged-list";

const byDate = { growsOnTop: true };
const now = Date.parse("2026-01-18T12:00:00Z");

/** A list of rows that a test may change at will. */
class Rows {
  rows: OrderRow[];
  asked: number[] = [];
  failing: Failure | null = null;

  constructor(ids: number[]) {
    this.rows = ids.map((id) => madeUpRow(id, 10_000, now));
  }

  exact = true;

  load = (position: number, limit: number): Promise<ListPage<OrderRow>> => {
    this.asked.push(position);
    if (this.failing !== null) return Promise.reject(this.failing);
    const rows = this.rows.slice(position, position + limit);
    const end = position + rows.length;
    const exact = this.exact || end === this.rows.length;
    return Promise.resolve({ rows, total: exact ? this.rows.length : end, exact });
  };

  addOnTop(...ids: number[]): void {
    this.rows = [...ids.map((id) => madeUpRow(id, 10_000, now)), ...this.rows];
  }
}

const count = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => from - index);
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const shown = (list: PagedList<OrderRow>, from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => list.rowAt(from + index)?.id);

describe("what the seller asked to see", () => {
  it("is shown, though news comes while it is being read", async () => {
    const rows = new Rows(count(300, 1));
    const list = await PagedList.open(rows.load, byDate);
    rows.rows = rows.rows.filter(({ id }) => id !== 299);
    const applied = list.apply();
    await list.refresh(() => false);
    await applied;
    expect(list.state()).toMatchObject({ waiting: null, total: 299 });
    expect(shown(list, 0, 2)).toEqual([300, 298]);
    // Once it has been shown, what others change waits again.
    rows.addOnTop(301);
    await list.refresh(() => false);
    expect(list.state()).toMatchObject({ waiting: 1, total: 299 });
  });
});

describe("an empty list", () => {
  it("takes rows at once: there is nothing that they could move", async () => {
    const rows = new Rows([]);
    const list = await PagedList.open(rows.load, byDate);
    rows.addOnTop(2, 1);
    await list.refresh(() => false);
    expect(list.state()).toMatchObject({ waiting: null, total: 2 });
    expect(shown(list, 0, 2)).toEqual([2, 1]);
  });
});

describe("a list that is read by pages", () => {
  it("reads the pages in view and no others", async () => {
    const rows = new Rows(count(1000, 1));
    const list = await PagedList.open(rows.load, byDate);
    expect(rows.asked).toEqual([0]);
    list.look({ first: 495, end: 520 });
    await settled();
    expect(rows.asked.slice(1)).toEqual([400, 500]);
    expect(shown(list, 499, 502)).toEqual([501, 500, 499]);
    expect(list.rowAt(300)).toBeUndefined();
  });

  it("does not read the pages that a scrollbar flies past", async () => {
    const rows = new Rows(count(10_000, 1));
    const list = await PagedList.open(rows.load, byDate);
    for (let first = 200; first < 9000; first += 100) list.look({ first, end: first + 20 });
    await settled();
    await settled();
    expect(rows.asked.length).toBeLessThanOrEqual(4);
    expect(list.rowAt(8905)?.id).toBe(10_000 - 8905);
  });

  it("keeps every row in its place while new orders wait, and shows them on demand", async () => {
    const rows = new Rows(count(300, 1));
    const list = await PagedList.open(rows.load, byDate);
    list.look({ first: 90, end: 110 });
    await settled();
    const before = shown(list, 90, 110);
    rows.addOnTop(303, 302, 301);
    await list.refresh(() => false);
    expect(list.state()).toMatchObject({ waiting: 3, total: 300 });
    expect(shown(list, 90, 110)).toEqual(before);

    // Pages first looked at while orders wait continue without a gap or a repeat.
    list.look({ first: 195, end: 215 });
    await settled();
    expect(shown(list, 198, 202)).toEqual([102, 101, 100, 99]);

    list.look({ first: 0, end: 20 });
    await list.apply();
    expect(list.state()).toMatchObject({ waiting: null, total: 303 });
    expect(shown(list, 0, 4)).toEqual([303, 302, 301, 300]);
  });

  it("shows new content of a row where the row stands, even while others wait", async () => {
    const rows = new Rows(count(50, 1));
    const list = await PagedList.open(rows.load, byDate);
    rows.rows = rows.rows.map((row) => (row.id === 48 ? { ...row, ui_status: "Shipped" } : row));
    rows.addOnTop(51);
    await list.refresh(() => false);
    expect(list.rowAt(2)).toMatchObject({ id: 48, ui_status: "Shipped" });
    expect(list.state().waiting).toBe(1);
  });

  it("takes changes at once when nobody is at work in it", async () => {
    const rows = new Rows(count(50, 1));
    const list = await PagedList.open(rows.load, byDate);
    rows.addOnTop(51);
    await list.refresh(() => true);
    expect(list.rowAt(0)?.id).toBe(51);
    expect(list.state()).toMatchObject({ waiting: null, total: 51 });
  });

  it("says that the list changed when rows left it", async () => {
    const rows = new Rows(count(50, 1));
    const list = await PagedList.open(rows.load, byDate);
    rows.rows = rows.rows.filter((row) => row.id !== 40);
    await list.refresh(() => false);
    expect(list.state().waiting).toBe(0);
    expect(list.rowAt(10)?.id).toBe(40);
  });

  it("says what is so of rows that have left it, as soon as they are in view", async () => {
    const rows = new Rows(count(300, 1));
    const asked: number[] = [];
    const one = (id: number) => {
      asked.push(id);
      if (id === 249) return Promise.reject(new Error("gone"));
      return Promise.resolve<OrderRow>({ ...madeUpRow(id, 10_000, now), ui_status: "Shipped" });
    };
    const list = await PagedList.open(rows.load, { ...byDate, one });
    list.look({ first: 100, end: 120 });
    await settled();
    list.look({ first: 0, end: 20 });
    rows.rows = rows.rows.filter(({ id }) => ![295, 250, 249].includes(id));
    await list.refresh(() => false);
    expect(list.state().waiting).toBe(0);
    await vi.waitFor(() => expect(list.rowAt(5)).toMatchObject({ id: 295, ui_status: "Shipped" }));
    expect(asked).toEqual([295]);
    list.look({ first: 40, end: 60 });
    await vi.waitFor(() => expect(asked).toEqual([295, 250, 249]));
    expect(list.rowAt(50)).toMatchObject({ id: 250, ui_status: "Shipped" });
    // Of the page that was not in view nothing is known, but for the three that have moved up from it.
    list.look({ first: 100, end: 106 });
    await vi.waitFor(() => expect(asked.slice(3)).toEqual([197, 196, 195]));
    list.look({ first: 0, end: 106 });
    await settled();
    expect(asked).toHaveLength(6);
  });

  it("asks again for a row that has left it when news overtakes the answer", async () => {
    const rows = new Rows(count(50, 1));
    const answers: ((row: OrderRow) => void)[] = [];
    const one = () => new Promise<OrderRow>((resolve) => void answers.push(resolve));
    const list = await PagedList.open(rows.load, { ...byDate, one });
    list.look({ first: 0, end: 20 });
    const [first] = rows.rows;
    if (first === undefined) throw new Error("there are no rows");
    rows.rows = rows.rows.slice(1);
    await list.refresh(() => false);
    await list.refresh(() => false);
    answers[0]?.({ ...first, ui_status: "Shipped" });
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    expect(list.rowAt(0)?.ui_status).not.toBe("Shipped");
    answers[1]?.({ ...first, ui_status: "Cancelled" });
    await vi.waitFor(() => expect(list.rowAt(0)?.ui_status).toBe("Cancelled"));
  });

  it("shows a page that news overtook on its way, though new rows wait", async () => {
    const rows = new Rows(count(500, 1));
    let slow = true;
    const load = (position: number, limit: number) => {
      if (position < 100 || !slow) return rows.load(position, limit);
      return new Promise<ListPage<OrderRow>>(() => {});
    };
    const list = await PagedList.open(load, byDate);
    list.look({ first: 200, end: 220 });
    list.look({ first: 300, end: 320 });
    // Two are on their way, so the third is turned away.
    list.look({ first: 100, end: 120 });
    slow = false;
    rows.addOnTop(502, 501);
    await list.refresh(() => false);
    expect(list.state()).toMatchObject({ waiting: 2, total: 500 });
    expect(shown(list, 98, 102)).toEqual([402, 401, 400, 399]);
    list.look({ first: 190, end: 210 });
    await settled();
    expect(shown(list, 198, 202)).toEqual([302, 301, 300, 299]);
  });

  it("reads a page without a gap that is looked at while new rows are being counted", async () => {
    const rows = new Rows(count(300, 1));
    let held: Promise<void> | null = null;
    const load = async (position: number, limit: number) => {
      const page = await rows.load(position, limit);
      if (position < 100) await held;
      return page;
    };
    const list = await PagedList.open(load, byDate);
    rows.addOnTop(303, 302, 301);
    let release = () => {};
    held = new Promise((resolve) => (release = resolve));
    const refreshed = list.refresh(() => false);
    list.look({ first: 100, end: 120 });
    await settled();
    release();
    await refreshed;
    await settled();
    expect(list.state().waiting).toBe(3);
    expect(shown(list, 98, 102)).toEqual([202, 201, 200, 199]);
  });

  it("leaves everything alone when nothing changed", async () => {
    const rows = new Rows(count(50, 1));
    const list = await PagedList.open(rows.load, byDate);
    await list.refresh(() => false);
    expect(list.state().waiting).toBeNull();
  });

  it("keeps what it shows when reading fails, and goes on after a retry", async () => {
    const rows = new Rows(count(300, 1));
    const list = await PagedList.open(rows.load, byDate);
    rows.failing = new Failure({ code: "disk", message: "The disk refused", retryable: true, context: null });
    list.look({ first: 150, end: 170 });
    await settled();
    expect(list.state().failure?.code).toBe("disk");
    expect(list.rowAt(0)?.id).toBe(300);
    const tries = rows.asked.length;
    list.look({ first: 151, end: 171 });
    await settled();
    expect(rows.asked.length).toBe(tries);
    rows.failing = null;
    list.retry();
    await settled();
    expect(list.rowAt(150)?.id).toBe(150);
    expect(list.state().failure).toBeNull();
  });

  it("forgets an answer that a later one has overtaken", async () => {
    const rows = new Rows(count(300, 1));
    let release = () => {};
    const slow = (position: number, limit: number) =>
      position === 100
        ? new Promise<ListPage<OrderRow>>((resolve) => (release = () => void rows.load(position, limit).then(resolve)))
        : rows.load(position, limit);
    const list = await PagedList.open(slow, byDate);
    list.look({ first: 100, end: 120 });
    list.look({ first: 0, end: 20 });
    rows.addOnTop(301);
    await list.refresh(() => true);
    release();
    await settled();
    expect(list.rowAt(100)).toBeUndefined();
  });

  it("names the rows of a range, those not yet looked at too", async () => {
    const rows = new Rows(count(2000, 1));
    const list = await PagedList.open(rows.load, byDate);
    const ids = await list.idsBetween(95, 1203);
    expect(ids).toEqual(count(1905, 797));
    expect(rows.asked.slice(1)).toEqual([100, 600, 1100]);
    expect(await list.idsBetween(1999, 2500)).toEqual([1]);
  });

  it("counts on where only a beginning was counted", async () => {
    const rows = new Rows(count(250, 1));
    rows.exact = false;
    const list = await PagedList.open(rows.load, byDate);
    expect(list.state()).toMatchObject({ total: 100, exact: false });
    list.look({ first: 80, end: 99 });
    await settled();
    expect(rows.asked).toEqual([0]);
    list.look({ first: 90, end: 100 });
    await settled();
    expect(list.state()).toMatchObject({ total: 200, exact: false });
    list.look({ first: 190, end: 200 });
    await settled();
    expect(list.state()).toMatchObject({ total: 250, exact: true });
    expect(list.rowAt(249)?.id).toBe(1);
  });

  describe("of which pages say at least", () => {
    const open = async (rows: Rows, count: () => Promise<number | null>) => {
      rows.exact = false;
      const list = await PagedList.open(rows.load, { ...byDate, count });
      return list;
    };

    it("is counted once it is on screen, and no row is read or moved for that", async () => {
      const rows = new Rows(count(5000, 1));
      let counts = 0;
      const list = await open(rows, () => {
        counts += 1;
        return Promise.resolve(rows.rows.length);
      });
      await settled();
      expect([counts, list.state().total]).toEqual([0, 100]);
      list.subscribe(() => {});
      await settled();
      expect(list.state()).toMatchObject({ total: 5000, exact: true, waiting: null });
      expect([counts, rows.asked]).toEqual([1, [0]]);
    });

    it("is counted again when the data change, never twice at a time", async () => {
      const rows = new Rows(count(5000, 1));
      const answers: ((total: number | null) => void)[] = [];
      const list = await open(rows, () => new Promise((resolve) => void answers.push(resolve)));
      list.subscribe(() => {});
      await list.refresh(() => true);
      await list.refresh(() => true);
      expect(answers.length).toBe(1);
      answers[0]?.(5000);
      await vi.waitFor(() => expect(answers.length).toBe(2));
      expect(list.state()).toMatchObject({ total: 5000, exact: true });

      // What was counted stays on screen while it is counted anew.
      rows.addOnTop(5001);
      await list.refresh(() => true);
      expect(list.state()).toMatchObject({ total: 5000, exact: true, waiting: null });
      expect(list.rowAt(0)?.id).toBe(5001);
      answers[1]?.(5000);
      await vi.waitFor(() => expect(answers.length).toBe(3));
      answers[2]?.(5001);
      await vi.waitFor(() => expect(list.state().total).toBe(5001));
      await settled();
      expect(answers.length).toBe(3);
    });

    it("keeps new rows waiting above those that are shown, and counts what is shown", async () => {
      const rows = new Rows(count(5000, 1));
      const list = await open(rows, () => Promise.resolve(rows.rows.length));
      list.subscribe(() => {});
      await settled();
      rows.addOnTop(5002, 5001);
      await list.refresh(() => false);
      await settled();
      expect(list.state()).toMatchObject({ waiting: 2, total: 5000, exact: true });
      expect(list.rowAt(0)?.id).toBe(5000);
    });

    it("says at least where counting failed or another list was counted instead", async () => {
      const rows = new Rows(count(5000, 1));
      for (const answer of [() => Promise.resolve(null), () => Promise.reject(new Error("busy"))]) {
        const list = await open(rows, answer);
        list.subscribe(() => {});
        await settled();
        expect(list.state()).toMatchObject({ total: 100, exact: false, failure: null });
      }
    });

    it("is not counted where its end was read", async () => {
      const rows = new Rows(count(150, 1));
      let counts = 0;
      const list = await open(rows, () => Promise.resolve((counts += 1) && null));
      list.subscribe(() => {});
      list.look({ first: 90, end: 100 });
      await settled();
      expect(list.state()).toMatchObject({ total: 150, exact: true });
      list.subscribe(() => {});
      await settled();
      expect(counts).toBe(1);
    });
  });
});
