// Days as people type them: today, tomorrow, a weekday, or a date; with a time or for the whole day. Weekdays are the next such
// day, a week from now when it is that day already.
import { dueText, momentOf } from "../due.ts";
import { startOfDay } from "../view/days.ts";

export interface TypedDay {
  readonly moment: string;
  /** What the chip says. */
  readonly label: string;
  readonly hasTime: boolean;
  /** Where in a line it counts: a date anywhere, `today` at both ends, a weekday at the end (`sun lotion` is no Sunday). */
  readonly counts: Place;
}

type Place = "anywhere" | "at both ends" | "at the end";

const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const dayWords: Readonly<Record<string, number>> = { today: 0, tomorrow: 1, tmr: 1 };
const mostHours = 23;
const mostMinutes = 59;

/** Undefined when `text` is no day; a time that is none is left out. */
export function dayIn(text: string, options: { readonly now: Date; readonly time: string | undefined }): TypedDay | undefined {
  const { now } = options;
  const day = dateIn(text) ?? wordIn(text.toLowerCase(), now);
  if (!day) return undefined;
  const time = options.time === undefined ? "" : clock(options.time);
  const moment = momentOf({ day: day.date, time });
  return moment === null ? undefined : { moment, label: dueText(moment, now).text, hasTime: time !== "", counts: day.counts };
}

interface Day {
  readonly date: string;
  readonly counts: Place;
}

function dateIn(text: string): Day | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (!year || !month || !day) return undefined;
  const found = new Date(Number(year), Number(month) - 1, Number(day));
  const isReal = found.getMonth() === Number(month) - 1 && found.getDate() === Number(day) && Number(year) >= 1000;
  return isReal ? { date: text, counts: "anywhere" } : undefined;
}

function wordIn(word: string, now: Date): Day | undefined {
  const named = dayWords[word];
  const daysLater = named ?? weekdayIn(word, now);
  if (daysLater === undefined) return undefined;
  const day = startOfDay(now, daysLater);
  const date = [day.getFullYear(), twoDigits(day.getMonth() + 1), twoDigits(day.getDate())].join("-");
  return { date, counts: named === undefined ? "at the end" : "at both ends" };
}

/** At least three letters of its name. */
function weekdayIn(word: string, now: Date): number | undefined {
  const weekday = word.length < 3 ? -1 : weekdays.findIndex((name) => name.startsWith(word));
  if (weekday < 0) return undefined;
  return (weekday - now.getDay() + 7) % 7 || 7;
}

/** `09:30`, or nothing when it is no time. */
function clock(time: string): string {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours <= mostHours && minutes <= mostMinutes ? `${twoDigits(hours)}:${twoDigits(minutes)}` : "";
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
