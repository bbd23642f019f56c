// What the window is made to do, and what is seen of it. Runs in the page itself, so that nobody outside disturbs it.
//
// Pages that the table asks for are timed where they cross: from the call of `fetch` to the parsed answer, with the bytes that
// came. All times are whole microseconds.
window.bench = (() => {
  const ORDER = /\d{3}-\d{7}-\d{7}/;
  const PAGE = "list_orders";
  const NOTHING = "sync_status";
  const PATIENCE = 20_000;

  const grid = document.querySelector("[data-testid='orders-table']");
  const total = Number(grid.getAttribute("aria-rowcount")) - 1;
  const isRow = (row) => row.querySelector("[role='columnheader']") === null;
  const rowsOf = () => [...grid.querySelectorAll("[role='row']")].filter(isRow);
  const positionOf = (row) => Number(row.getAttribute("aria-rowindex")) - 2;
  const orderOf = (row) => row.textContent.match(ORDER)?.[0];
  const micro = (milliseconds) => Math.round(milliseconds * 1000);

  // ── What crosses

  const decoder = new TextDecoder();
  /** Order ids as the core answered them, by position. */
  const answered = new Map();
  let crossed = [];
  const send = window.fetch;
  window.fetch = async (address, options) => {
    const command = String(address).split("/").at(-1);
    const start = performance.now();
    const response = await send.call(window, address, options);
    if (command !== PAGE) return response;
    response.json = async () => {
      const bytes = await response.arrayBuffer();
      const data = JSON.parse(decoder.decode(bytes));
      const took = performance.now() - start;
      crossed.push({ asked: options.body, took: micro(took), bytes: bytes.byteLength });
      data.rows.forEach((row, index) => answered.set(data.position + index, row.platform_order_id));
      return data;
    };
    return response;
  };
  const taken = () => {
    const taken = crossed;
    crossed = [];
    return taken;
  };

  // ── What is seen

  const frame = () => new Promise((next) => requestAnimationFrame(() => next(performance.now())));
  // A message that is sent before a frame is drawn arrives when it has been.
  const channel = new MessageChannel();
  const drawn = () =>
    new Promise((next) => {
      channel.port1.onmessage = () => next(performance.now());
      channel.port2.postMessage(null);
    });
  const inSight = (row) => {
    const [own, all] = [row.getBoundingClientRect(), grid.getBoundingClientRect()];
    const head = grid.querySelector("[role='columnheader']").getBoundingClientRect();
    return own.top >= head.bottom - 1 && own.bottom <= all.bottom + 1;
  };
  /** The row that a scrollbar points to stands at the top, give or take one. */
  const isWhereTheBarPoints = (rows) => {
    const head = grid.querySelector("[role='columnheader']").getBoundingClientRect();
    const height = rows[0].getBoundingClientRect().height;
    const seen = (grid.clientHeight - head.height) / height;
    const expected = (grid.scrollTop / (grid.scrollHeight - grid.clientHeight)) * (total - seen);
    const first = rows.filter((row) => row.getBoundingClientRect().bottom > head.bottom).map(positionOf);
    return Math.abs(Math.min(...first) - expected) <= 2;
  };
  const isActiveInSight = () => {
    const active = document.getElementById(grid.getAttribute("aria-activedescendant"));
    return active !== null && inSight(active);
  };

  // ── What is done

  const press = async (key, times) => {
    for (let time = 0; time < times; time += 1) {
      grid.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      // What React does at the end of the event is done before this goes on.
      await null;
      await null;
    }
  };
  // Mulberry32 (Tommy Ettinger 2017).
  const diceFrom = (seed) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };

  /** Jumps one after the other, each as soon as the rows of the one before are drawn. */
  const jumps = async (count, seed) => {
    const dice = diceFrom(seed);
    const seen = { jumps: [], frames: [], nodes: 0, last: 0, checked: 0, wrong: 0 };
    const steps = {
      End: [() => press("End", 1), isActiveInSight],
      PageUp: [() => press("PageUp", 3), isActiveInSight],
      Home: [() => press("Home", 1), isActiveInSight],
      PageDown: [() => press("PageDown", 3), isActiveInSight],
      bar: [
        () => {
          grid.scrollTop = Math.floor(dice() * (grid.scrollHeight - grid.clientHeight));
        },
        isWhereTheBarPoints,
      ],
    };
    const turn = ["bar", "bar", "End", "PageUp", "bar", "bar", "Home", "PageDown", "bar", "bar"];
    taken();
    await frame();
    let before = await drawn();
    for (let number = 0; number < count; number += 1) {
      const name = turn[number % turn.length];
      const [act, isThere] = steps[name];
      const start = performance.now();
      await act();
      for (;;) {
        const now = await frame();
        seen.frames.push(micro(now - before));
        before = now;
        seen.nodes = Math.max(seen.nodes, document.querySelectorAll("[role='row']").length);
        const rows = rowsOf();
        if (rows.every((row) => orderOf(row) !== undefined) && isThere(rows)) {
          for (const row of rows.filter((row) => answered.has(positionOf(row)))) {
            seen.checked += 1;
            if (answered.get(positionOf(row)) !== orderOf(row)) seen.wrong += 1;
          }
          seen.last = Math.max(seen.last, ...rows.filter(inSight).map((row) => positionOf(row) + 1));
          break;
        }
        if (now - start > PATIENCE) throw new Error(`jump ${number} (${name}) shows no rows`);
      }
      seen.jumps.push(micro((await drawn()) - start));
    }
    return { ...seen, pages: taken() };
  };

  // The web view's clock ticks in milliseconds. So a question is asked right at a tick; and how often the clock can be
  // looked at from its answer to the next tick, and from that to the one behind it, tells when the answer came.
  const untilTick = () => {
    const start = performance.now();
    for (let looks = 1; ; looks += 1) {
      const end = performance.now();
      if (end !== start) return { start, end, looks };
    }
  };
  const tick = Math.min(...Array.from({ length: 20 }, untilTick).map(({ start, end }) => end - start));
  const timed = async (ask) => {
    const { end: start } = untilTick();
    await ask();
    const [part, whole] = [untilTick(), untilTick()];
    return micro(part.start - start + (1 - Math.min(1, part.looks / whole.looks)) * tick);
  };

  /** The same questions once more, of which nothing is drawn, in turns with one that is answered from memory. */
  const again = async (pages) => {
    const { invoke } = window.__TAURI_INTERNALS__;
    const seen = { again: [], nothing: [] };
    for (const [number, { asked }] of pages.entries()) {
      const page = async () => seen.again.push(await timed(() => invoke(PAGE, JSON.parse(asked))));
      const nothing = async () => seen.nothing.push(await timed(() => invoke(NOTHING, {})));
      for (const ask of number % 2 === 0 ? [page, nothing] : [nothing, page]) await ask();
      await frame();
    }
    return seen;
  };

  /** Frames while nothing happens. */
  const rest = async (count) => {
    const frames = [];
    let before = await frame();
    for (let number = 0; number < count; number += 1) {
      const now = await frame();
      frames.push(micro(now - before));
      before = now;
    }
    return frames;
  };

  return async (count, seed) => {
    const { pages, ...seen } = await jumps(count, seed);
    return {
      ...seen,
      pages: pages.map(({ took, bytes }) => ({ took, bytes })),
      ...(await again(pages)),
      rest: await rest(count),
    };
  };
})();
