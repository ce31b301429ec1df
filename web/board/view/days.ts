// The bounds of days and weeks in the person's time zone. A week ends with Sunday.
export function startOfDay(now: Date, daysLater = 0): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + daysLater);
}

/** The first moment after this week. */
export function endOfWeek(now: Date): Date {
  const daysSinceMonday = (now.getDay() + 6) % 7;
  return startOfDay(now, 7 - daysSinceMonday);
}
