// The numbers behind the charts, read again after each write of this page, and every ten seconds for those of others.
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { ApiProblem } from "../../kit/api.ts";
import { useNow } from "../../kit/clock.ts";
import { useLastWrite } from "../../kit/last-write.ts";
import { readStats, type Selection, type StatsAnswer } from "./stats-api.ts";

export interface ShownStats {
  readonly answer: StatsAnswer | undefined;
  /** Why there is nothing to show. */
  readonly problem: ApiProblem | null;
  readonly readAgain: () => void;
}

const key = "stats";
const againMs = 10_000;

export function useStats(selection: Selection): ShownStats {
  const now = useNow();
  const client = useQueryClient();
  const write = useLastWrite();
  const { data, error, refetch } = useQuery({
    queryKey: [key, selection, now.getTime()],
    queryFn: ({ signal }) => readStats(selection, now, signal),
    placeholderData: keepPreviousData,
    refetchInterval: againMs,
  });
  useEffect(() => {
    if (write) void client.invalidateQueries({ queryKey: [key] });
  }, [client, write]);
  return { answer: data, problem: data ? null : (error as ApiProblem | null), readAgain: () => void refetch() };
}
