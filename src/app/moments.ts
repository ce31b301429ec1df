// Moments in their three forms: what a client sends (RFC 3339 with any offset), what the API stores and shows (UTC, Z, six
// digits), what the servers print. Pure. Leap seconds, years outside 1000 to 9999 and more than six digits are refused,
// since one of the engines would change them silently. Source: RFC 3339, section 5.6.
import { Problem } from "../foundation/problem.ts";

const sent = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const printed = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:\+00(?::?00)?|Z)?$/;
const minuteMs = 60_000;

/** The moment a client means as `2026-01-31T09:30:00.000000Z`, undefined when it is not one that both engines can hold. */
export function parseMoment(text: string): string | undefined {
  const match = sent.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const isClock = hour <= 23 && minute <= 59 && second <= 59 && Number(match[9] ?? 0) <= 23 && Number(match[10] ?? 0) <= 59;
  if (!isClock || !isDay(year, month, day)) return undefined;
  const offsetMinutes = (match[8] === "-" ? -1 : 1) * (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0));
  const utc = at(year, month, day, hour, minute, second) - offsetMinutes * minuteMs;
  const shown = Number.isNaN(utc) ? "" : isoOf(utc);
  return /^[1-9]\d{3}-/.test(shown) ? `${shown.slice(0, 19)}.${(match[7] ?? "").padEnd(6, "0")}Z` : undefined;
}

/** As parseMoment. Throws RH-API-001, naming `field`, for what is no such moment. */
export function storedMoment(text: string, field: string): string {
  const moment = parseMoment(text);
  if (moment !== undefined) return moment;
  const wanted = "a moment of the years 1000 to 9999 as in 2026-01-31T09:30:00Z, with at most six digits of a second";
  throw new Problem("RH-API-001", `${field} has to be ${wanted}`, { field });
}

/** The first and the last moment that the API shows. A row that came by the engine's own client may hold one beyond. */
const earliest = "1000-01-01T00:00:00.000000Z";
const latest = "9999-12-31T23:59:59.999999Z";
const time = String.raw`-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?:\+00)?`;
const before = new RegExp(`^(?:-infinity|0\\d{3}${time}|\\d{4,}${time} BC)$`);
const behind = new RegExp(`^(?:infinity|\\d{5,6}${time})$`);

/** Whether a server prints so a moment that the API shows as another one. */
export function isBeyond(text: string): boolean {
  return before.test(text) || behind.test(text);
}

/** What a server printed for a moment in UTC, in the API's form; the nearest that it shows for one beyond (psql takes `infinity`). */
export function momentOf(text: string): string {
  if (before.test(text)) return earliest;
  if (behind.test(text)) return latest;
  const match = printed.exec(text);
  if (!match) throw new Error(`not a moment as a server prints it: ${text}`);
  return `${match[1]}T${match[2]}.${(match[3] ?? "").padEnd(6, "0")}Z`;
}

/** Microseconds since 1970 of a moment in the API's form, which a number holds exactly. */
export function microsecondsOf(moment: string): number {
  return Date.parse(`${moment.slice(0, 19)}Z`) * 1_000 + Number(moment.slice(20, 26));
}

function isDay(year: number, month: number, day: number): boolean {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= (days[month - 1] ?? 0);
}

/** Date.UTC takes years below 100 for the 1900s; those are refused anyway, so any year outside the range will do. */
function at(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  return year < 100 ? Number.NaN : Date.UTC(year, month - 1, day, hour, minute, second);
}

function isoOf(utcMs: number): string {
  return new Date(utcMs).toISOString();
}
