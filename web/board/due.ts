// Due dates between the contract's moments and what a person reads and types. A day without a time is kept as the last
// second of that day in the person's time zone, and is shown without a time again.
export interface DueText {
  readonly text: string;
  readonly isLate: boolean;
}

export interface DueParts {
  /** YYYY-MM-DD, empty when there is none. */
  readonly day: string;
  /** HH:MM, empty for the whole day. */
  readonly time: string;
}

const dayMs = 86_400_000;
const sameYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const otherYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const wholeDay = { hour: 23, minute: 59, second: 59 };

/** What a card says: `today`, `tomorrow 9:30`, `12 Nov`, `12 Nov 2031`. */
export function dueText(moment: string, now: Date): DueText {
  const due = new Date(moment);
  const { time } = duePartsOf(moment);
  const text = [dayText(due, now), time.replace(/^0/, "")].filter(Boolean).join(" ");
  return { text, isLate: due < now };
}

function dayText(due: Date, now: Date): string {
  const days = Math.round((midnight(due) - midnight(now)) / dayMs);
  if (days === 0) return "today";
  if (days === 1) return "tomorrow";
  if (days === -1) return "yesterday";
  return (due.getFullYear() === now.getFullYear() ? sameYear : otherYear).format(due);
}

function midnight(moment: Date): number {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
}

/** The two inputs of the edit panel. */
export function duePartsOf(moment: string | null): DueParts {
  if (moment === null) return { day: "", time: "" };
  const due = new Date(moment);
  const day = [String(due.getFullYear()).padStart(4, "0"), twoDigits(due.getMonth() + 1), twoDigits(due.getDate())].join("-");
  const isWholeDay = due.getHours() === wholeDay.hour && due.getMinutes() === wholeDay.minute && due.getSeconds() === wholeDay.second;
  return { day, time: isWholeDay ? "" : `${twoDigits(due.getHours())}:${twoDigits(due.getMinutes())}` };
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** The moment that the two inputs mean, in UTC; null without a day. */
export function momentOf(parts: DueParts): string | null {
  if (parts.day === "") return null;
  const moment = new Date(`${parts.day}T${parts.time === "" ? "23:59:59" : `${parts.time}:00`}`);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}
