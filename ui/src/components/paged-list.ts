/**
 * The rows of one list as far as they have been looked at, read by position in pages of a hundred.
 *
 * It owns one promise: nothing moves under the pointer. When the data change, rows that are shown take their new content
 * where they stand; rows that came, went or changed places wait until `apply`, unless the list is empty or the seller is not
 * at work in it (`calm`), when they appear at once. What a row says is true all the while, also where the list has it no more.
 */
import { Failure } from "~/lib/ipc";

/** Rows from a position on, and how many there are in all. */
export type ListPage<Row> = { rows: Row[]; total: number; exact: boolean };

export type ListState = {
  /** Rows that match, as shown. */
  total: number;
  /** Otherwise at least `total` match. */
  exact: boolean;
  /** New rows that wait to be shown; 0 when only places changed; `null` when nothing waits. */
  waiting: number | null;
  /** The seller's own act or wish has put the rows where they stand, not what others did. */
  asked: boolean;
  /** Why rows in view could not be read. */
  failure: Failure | null;
};

export type Load<Row> = (position: number, limit: number) => Promise<ListPage<Row>>;

/** Counts all rows; `null` when somebody else's question took the place of this one. */
export type Count = () => Promise<number | null>;

type Options<Row> = {
  /** New rows come above all others, so that their number says how far the rest moves down. */
  growsOnTop?: boolean;
  /** For a list whose pages may say "at least": asked in the background while the list is on screen. */
  count?: Count;
  /** Reads one row, wherever it stands: for rows that are shown but have left their place. */
  one?: (id: number) => Promise<Row>;
};

/** Pages read anew, and what they say about the length of the list. */
type Fresh<Row> = {
  pages: Map<number, Row[]>;
  total: number;
  exact: boolean;
  /** The total is what these pages say; otherwise it is the one known before, until it is counted again. */
  measured: boolean;
  /** Row by row what is shown. */
  same: boolean;
};

/** Rows of one request. */
export const PAGE = 100;
const KEPT_PAGES = 30;
const AT_ONCE = 2;
/** Rows of one request for a range, and of the longest range. */
const BULK = 500;
const LONGEST_RANGE = 20_000;

export class PagedList<Row extends { id: number }> {
  #load: Load<Row>;
  #growsOnTop: boolean;
  #count: Count | undefined;
  #one: Options<Row>["one"];
  /** The core does not know the total without counting. */
  #openEnded = false;
  #counting = false;
  /** The data changed while they were being counted. */
  #overtaken = false;
  #pages = new Map<number, Row[]>();
  #loading = new Set<number>();
  /** Ids of rows that are shown, but were not in the pages read last. */
  #stale = new Set<number>();
  /** Until it is known how far the rows have moved, no further page can be read. */
  #refreshing = false;
  #seen = { first: 0, end: 1 };
  /** New rows above the shown ones, by which later pages stand further down. */
  #hidden = 0;
  /** The seller asked for what waits; holds until it is shown, whatever news comes in between. */
  #wanted = false;
  /** Raised when pages under way have become worthless. */
  #turn = 0;
  #state: ListState = { total: 0, exact: true, waiting: null, asked: false, failure: null };
  #listeners = new Set<() => void>();

  /** A list whose first page has been read with `load` already. */
  constructor(load: Load<Row>, first: ListPage<Row>, { growsOnTop = false, count, one }: Options<Row> = {}) {
    this.#load = load;
    this.#growsOnTop = growsOnTop;
    this.#count = count;
    this.#one = one;
    this.#openEnded = !first.exact;
    this.#pages.set(0, first.rows);
    this.#state = { ...this.#state, total: first.total, exact: first.exact };
  }

  /** Opens a list by its first page; rejects with a `Failure` when that cannot be read. */
  static async open<Row extends { id: number }>(load: Load<Row>, options: Options<Row> = {}): Promise<PagedList<Row>> {
    return new PagedList(load, await load(0, PAGE), options);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (!this.#state.exact && !this.#counting) void this.#countAll();
    return () => void this.#listeners.delete(listener);
  };

  /** The same object until something changed. */
  readonly state = (): ListState => this.#state;

  /** The row at a position, if it has been read. */
  readonly rowAt = (position: number): Row | undefined =>
    this.#pages.get(Math.floor(position / PAGE))?.[position % PAGE];

  /** Where a row stands, if it has been read. */
  readonly positionOf = (id: number): number | undefined => {
    for (const [page, rows] of this.#pages) {
      const at = rows.findIndex((row) => row.id === id);
      if (at >= 0) return page * PAGE + at;
    }
    return undefined;
  };

  /** Says which rows are in view, so that they are read. */
  readonly look = (range: { first: number; end: number }): void => {
    this.#seen = range;
    this.#readMissing();
  };

  /** Reads again what is in view, after the data changed. */
  async refresh(calm: () => boolean): Promise<void> {
    const turn = ++this.#turn;
    this.#loading.clear();
    this.#refreshing = true;
    try {
      const fresh = await this.#readSeen(0);
      if (turn !== this.#turn) return;
      this.#openEnded = !fresh.measured || !fresh.exact;
      if (fresh.same || this.#wanted || this.#state.total === 0 || calm()) {
        this.#show(fresh);
        void this.#countAll();
        return;
      }
      const added = this.#growsOnTop ? this.#addedOnTop(fresh) : 0;
      const moved = added > 0 ? await this.#readSeen(added) : fresh;
      if (turn !== this.#turn) return;
      const known = [...fresh.pages.values(), ...moved.pages.values()].flat();
      this.#renew(known);
      this.#stale = new Set([...this.#pages.values()].flat().map(({ id }) => id));
      for (const { id } of known) this.#stale.delete(id);
      // A page that was on its way when the data changed: its answer is worth nothing now.
      this.#pages = new Map([...moved.pages, ...this.#pages]);
      this.#hidden = added;
      this.#change({ waiting: added, failure: null });
      void this.#countAll();
    } catch (thrown) {
      if (turn === this.#turn) this.#change({ failure: Failure.from(thrown) });
    } finally {
      if (turn === this.#turn) {
        this.#refreshing = false;
        this.#readMissing();
      }
    }
  }

  /** Shows what waits. */
  apply(): Promise<void> {
    this.#wanted = true;
    return this.refresh(() => true);
  }

  /** Tries again what could not be read. */
  readonly retry = (): void => {
    this.#change({ failure: null });
    this.#readMissing();
  };

  /** Ids of the rows from one position to another, both included; of a very long range its beginning. */
  readonly idsBetween = async (from: number, to: number): Promise<number[]> => {
    const end = Math.min(to + 1, from + LONGEST_RANGE, this.#state.total);
    const ids: number[] = [];
    for (let at = from; at < end;) {
      const known = this.rowAt(at);
      if (known !== undefined) {
        ids.push(known.id);
        at += 1;
        continue;
      }
      const { rows } = await this.#load(at + this.#hidden, Math.min(BULK, end - at));
      if (rows.length === 0) break;
      ids.push(...rows.map(({ id }) => id));
      at += rows.length;
    }
    return ids;
  };

  #seenPages(): number[] {
    const last = Math.max(0, this.#state.total - 1);
    const from = Math.floor(Math.min(this.#seen.first, last) / PAGE);
    const to = Math.floor(Math.min(Math.max(this.#seen.first, this.#seen.end - 1), last) / PAGE);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  }

  async #readSeen(below: number): Promise<Fresh<Row>> {
    const answers = await Promise.all(
      this.#seenPages().map(async (page) => [page, await this.#load(page * PAGE + below, PAGE)] as const),
    );
    const state = this.#state;
    const known = answers.find(([, { exact }]) => exact)?.[1].total;
    const measured = known !== undefined || !state.exact;
    const ends = answers.map(([page, { rows, total }]) => Math.max(total, page * PAGE + below + rows.length));
    const total = known ?? (state.exact ? state.total : Math.max(...ends));
    const same =
      (!measured || total === state.total) &&
      answers.every(([page, { rows }]) => {
        const shown = this.#pages.get(page);
        return shown === undefined || (shown.length === rows.length && shown.every((row, i) => row.id === rows[i]?.id));
      });
    return {
      pages: new Map(answers.map(([page, { rows }]) => [page, rows])),
      total,
      exact: known !== undefined || state.exact,
      measured,
      same,
    };
  }

  /** How far new rows would move down those that are shown. */
  #addedOnTop({ pages, total, exact, measured }: Fresh<Row>): number {
    if (measured && exact) return Math.max(0, total - this.#state.total);
    for (const [page, rows] of pages) {
      const first = this.#pages.get(page)?.[0]?.id;
      const moved = first === undefined ? -1 : rows.findIndex(({ id }) => id === first);
      if (moved >= 0) return moved;
    }
    return 0;
  }

  /**
   * Counts a list of which only a beginning is known, one question at a time, for as long as somebody looks at it. After
   * a count whose data have changed meanwhile, there is a pause as long as that count took.
   */
  async #countAll(): Promise<void> {
    if (this.#count === undefined || !this.#openEnded || this.#listeners.size === 0) return;
    if (this.#counting) {
      this.#overtaken = true;
      return;
    }
    this.#counting = true;
    const began = performance.now();
    try {
      const counted = await this.#count();
      if (counted !== null && this.#openEnded) this.#change({ total: counted - this.#hidden, exact: true });
    } catch {
      // The rows are there all the same; their number stays "at least", until the data change again.
    }
    if (this.#overtaken) await new Promise((resolve) => void setTimeout(resolve, performance.now() - began));
    const again = this.#overtaken;
    this.#overtaken = false;
    this.#counting = false;
    if (again) await this.#countAll();
  }

  #show(fresh: Fresh<Row>): void {
    this.#pages = fresh.pages;
    this.#stale.clear();
    this.#hidden = 0;
    const asked = this.#wanted || (fresh.same && this.#state.asked);
    this.#wanted = false;
    this.#change({ total: fresh.total, exact: fresh.exact, waiting: null, asked, failure: null });
  }

  /** Gives the rows that are shown their new content, each where it stands. */
  #renew(rows: readonly Row[]): void {
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const [page, shown] of this.#pages) {
      this.#pages.set(
        page,
        shown.map((row) => byId.get(row.id) ?? row),
      );
    }
  }

  /** Asks for rows in view of which no page told anything new: they stay where they are, but not what they say. */
  async #readStale(): Promise<void> {
    const { first, end } = this.#seen;
    for (let at = first; at < end; at += 1) {
      const row = this.rowAt(at);
      if (row === undefined || this.#one === undefined || !this.#stale.delete(row.id)) continue;
      const turn = this.#turn;
      // What is nowhere any more stays as it was; whoever opens it is told.
      const now = await this.#one(row.id).catch(() => row);
      if (turn !== this.#turn) return;
      this.#renew([now]);
      this.#change({});
    }
  }

  #readMissing(): void {
    if (this.#refreshing || this.#state.failure !== null) return;
    void this.#readStale();
    const { total, exact } = this.#state;
    const pages = this.#seenPages();
    const next = Math.floor(total / PAGE);
    // The end of what was counted is in view: there may be more behind it.
    const more = !exact && this.#seen.end >= total && (this.#pages.get(next)?.length ?? 0) < PAGE;
    if (more) pages.push(next);
    const wanted = pages.filter(
      (page) => (!this.#pages.has(page) || (more && page === next)) && !this.#loading.has(page),
    );
    for (const page of wanted) {
      // A scrollbar in motion passes thousands of pages; only those in view when a slot is free are read.
      if (this.#loading.size >= AT_ONCE) return;
      void this.#read(page);
    }
  }

  async #read(page: number): Promise<void> {
    const turn = this.#turn;
    this.#loading.add(page);
    try {
      const answer = await this.#load(page * PAGE + this.#hidden, PAGE);
      if (turn !== this.#turn) return;
      this.#loading.delete(page);
      this.#pages.set(page, answer.rows);
      this.#forgetFarPages(page);
      this.#change(this.#state.exact ? {} : this.#counted(page, answer));
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.#loading.delete(page);
      this.#change({ failure: Failure.from(thrown) });
    }
    this.#readMissing();
  }

  /** A list that was counted only so far grows as it is read further, until a page is not full. */
  #counted(page: number, { rows, total, exact }: ListPage<Row>): Partial<ListState> {
    if (exact || rows.length < PAGE) this.#openEnded = false;
    if (exact) return { total, exact };
    const known = Math.max(total, this.#state.total, page * PAGE + rows.length);
    return rows.length < PAGE ? { total: page * PAGE + rows.length, exact: true } : { total: known };
  }

  #forgetFarPages(near: number): void {
    if (this.#pages.size <= KEPT_PAGES) return;
    const far = [...this.#pages.keys()].toSorted((a, b) => Math.abs(b - near) - Math.abs(a - near));
    for (const page of far.slice(0, this.#pages.size - KEPT_PAGES)) this.#pages.delete(page);
  }

  #change(change: Partial<ListState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
