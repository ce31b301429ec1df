// The days that are chosen most: today, tomorrow, Friday, and Monday of the next week, as YYYY-MM-DD.
import { duePartsOf } from "../due.ts";
import { endOfWeek, startOfDay } from "../view/days.ts";

export interface DayChoice {
  readonly title: string;
  readonly day: string;
}

const friday = 5;

export function dayChoices(now: Date): readonly DayChoice[] {
  const untilFriday = (friday - now.getDay() + 7) % 7;
  const choices = [
    { title: "Today", date: startOfDay(now) },
    { title: "Tomorrow", date: startOfDay(now, 1) },
    ...(untilFriday > 1 ? [{ title: "Friday", date: startOfDay(now, untilFriday) }] : []),
    { title: "Next Monday", date: endOfWeek(now) },
    { title: "In two weeks", date: startOfDay(now, 14) },
  ];
  const days = choices.map(({ title, date }) => ({ title, day: duePartsOf(date.toISOString()).day }));
  return days.filter(({ day }, index) => days.findIndex((other) => other.day === day) === index);
}
