/**
 * Numbers, money and time as the system's locale writes them. Nothing is calculated with money here.
 *
 * An amount arrives as decimal text and is handed to `Intl` as text, so no float ever decides a digit. Clock times and
 * "today" are the computer's; instants arrive as UTC.
 */
import type { Amount } from "./bindings";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How close a deadline is: missed, today, or neither. */
export type Urgency = "late" | "today" | "later";

export type Format = ReturnType<typeof createFormat>;

/** The forms of one locale and time zone; both the system's unless given. */
export function createFormat(locale?: string, timeZone?: string) {
  const zone = timeZone === undefined ? {} : { timeZone };
  const whole = new Intl.NumberFormat(locale);
  const clockTime = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", ...zone });
  const shortDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", ...zone });
  const dayOfYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "2-digit", ...zone });
  const plainDay = new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "short",
    year: "2-digit",
    timeZone: "UTC",
  });
  const full = new Intl.DateTimeFormat(locale, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
    ...zone,
  });
  const calendar = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", ...zone });
  const currencies = new Map<string, Intl.NumberFormat | null>();

  /** The form of a currency with a number of decimals; `null` for a code that `Intl` refuses. */
  function currencyForm(currency: string, decimals: number): Intl.NumberFormat | null {
    const key = `${currency} ${decimals}`;
    let form = currencies.get(key);
    if (form === undefined) {
      try {
        form = new Intl.NumberFormat(locale, {
          style: "currency",
          currency,
          minimumFractionDigits: decimals,
          maximumFractionDigits: decimals,
        });
      } catch {
        form = null;
      }
      currencies.set(key, form);
    }
    return form;
  }

  const clock = (instant: string | number) => clockTime.format(new Date(instant));
  const sameDay = (a: number, b: number) => calendar.format(a) === calendar.format(b);
  /** Whole calendar days from one instant to another, whatever the length of the days between. */
  const daysBetween = (from: number, to: number) =>
    Math.round((Date.parse(calendar.format(to)) - Date.parse(calendar.format(from))) / DAY);

  return {
    /** A count. */
    number: (value: number): string => whole.format(value),

    /** An amount with exactly the decimals of its text. */
    money({ amount, currency }: Amount): string {
      const decimals = amount.split(".")[1]?.length ?? 0;
      const form = currencyForm(currency, decimals);
      return form === null ? `${amount} ${currency}`.trim() : form.format(amount as Intl.StringNumericLiteral);
    },

    /** Hour and minute. */
    clock,

    /** Hour and minute, with the day when it is not today. */
    moment(instant: string | number, now: number): string {
      const at = new Date(instant).getTime();
      return sameDay(at, now) ? clock(at) : `${shortDay.format(at)} ${clock(at)}`;
    },

    /** A day, with its year when it is another than this. */
    day(instant: string | number, now: number): string {
      const at = new Date(instant).getTime();
      const year = (time: number) => calendar.format(time).slice(0, 4);
      return (year(at) === year(now) ? shortDay : dayOfYear).format(at);
    },

    /** A calendar day, `YYYY-MM-DD`, that belongs to no time zone. */
    date: (day: string): string => plainDay.format(new Date(`${day}T00:00:00Z`)),

    /** The whole of an instant, for the pointer to rest on. */
    absolute: (instant: string | number): string => full.format(new Date(instant)),

    /** How long ago, coarsely. */
    ago(instant: string | number, now: number): string {
      const passed = Math.max(0, now - new Date(instant).getTime());
      if (passed < MINUTE) return "just now";
      if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`;
      if (passed < 2 * DAY) return `${Math.floor(passed / HOUR)} h ago`;
      return `${Math.floor(passed / DAY)} days ago`;
    },

    /** Minutes and seconds until an instant, never below zero: `2:10`. */
    countdown(instant: string | number, now: number): string {
      const left = Math.max(0, Math.ceil((new Date(instant).getTime() - now) / 1000));
      const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
      const two = (value: number) => String(value).padStart(2, "0");
      return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
    },

    /** A ship-by time as the seller thinks of it. */
    deadline(instant: string | number, now: number): { text: string; urgency: Urgency } {
      const at = new Date(instant).getTime();
      const late = now - at;
      if (late > 0) {
        const text =
          late < HOUR
            ? `${Math.max(1, Math.floor(late / MINUTE))} min late`
            : late < 2 * DAY
              ? `${Math.floor(late / HOUR)} h late`
              : `${Math.floor(late / DAY)} days late`;
        return { text, urgency: "late" };
      }
      const days = daysBetween(now, at);
      if (days === 0) return { text: `Today ${clock(at)}`, urgency: "today" };
      if (days === 1) return { text: "Tomorrow", urgency: "later" };
      return { text: this.day(at, now), urgency: "later" };
    },
  };
}

/** A system without a locale (POSIX) has no forms made for people: British ones stand in. */
export const localeFor = (resolved: string) => (/posix/i.test(resolved) ? "en-GB" : undefined);

/** The forms of the system's own locale. */
export const format = createFormat(localeFor(Intl.NumberFormat().resolvedOptions().locale));

/** A count with its noun: "1 order", "12 orders". */
export const counted = (count: number, one: string, many = `${one}s`) =>
  `${format.number(count)} ${count === 1 ? one : many}`;
