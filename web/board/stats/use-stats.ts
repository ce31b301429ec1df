// The numbers behind the charts. They follow the tasks that the page hears of, its own and those of others: half a second after a
// change they are read again, and never while they are being read, so that a busy house is not asked without end.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { ApiProblem } from "../../kit/api.ts";
import { useLastWrite } from "../../kit/last-write.ts";
import { keys } from "../query-client.ts";
import { useSession } from "../session.ts";
import type { Address } from "../view/address.ts";
import { readStats, type StatsAnswer } from "./stats-api.ts";

export interface ShownStats {
  readonly answer: StatsAnswer | undefined;
  /** Why there is nothing to show. */
  readonly problem: ApiProblem | null;
  readonly readAgain: () => void;
}

const soonMs = 500;
/** For what the page does not hear of: tasks beyond those that it has read. */
const againMs = 15_000;

export function useStats(address: Address, now: Date): ShownStats {
  const { layout: _layout, sort: _sort, ...selection } = address;
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.stats, selection, now.getTime()],
    queryFn: ({ signal }) => readStats(address, now, signal),
    placeholderData: keepPreviousData,
    refetchInterval: againMs,
  });
  useFollowing(refetch);
  return { answer: data, problem: data ? null : (error as ApiProblem | null), readAgain: () => void refetch() };
}

function useFollowing(read: () => Promise<unknown>): void {
  const { store } = useSession();
  const write = useLastWrite();
  const latest = useRef(read);
  latest.current = read;
  const follow = useRef<() => void>(() => undefined);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let hasNews = false;
    const readSoon = () => {
      hasNews = true;
      timer ??= setTimeout(async () => {
        hasNews = false;
        await latest.current();
        timer = undefined;
        if (hasNews) readSoon();
      }, soonMs);
    };
    follow.current = readSoon;
    const stop = store.subscribe(readSoon);
    return () => {
      stop();
      clearTimeout(timer);
      hasNews = false;
    };
  }, [store]);
  useEffect(() => {
    if (write) follow.current(); // it is confirmed now; the store has shown it since it was sent
  }, [write]);
}
