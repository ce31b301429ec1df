// Time in the browser comes from here and nowhere else; moments are shown in the person's own time zone.
import { useEffect, useState } from "react";

const minuteMs = 60_000;

/** The moment, renewed every minute so that what becomes late is seen to be late. */
export function useNow(): Date {
  const [now, setNow] = useState(currentMoment);
  useEffect(() => {
    const timer = setInterval(() => setNow(currentMoment()), minuteMs);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function currentMoment(): Date {
  return new Date();
}
