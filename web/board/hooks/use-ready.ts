// Whether the server can write. Asked every two seconds once a call found it away, and then everything is read again.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { keys, type Readiness } from "../query-client.ts";

const everyMs = 2_000;
const waitMs = 4_000;

export function useReady(): Readiness {
  const client = useQueryClient();
  const { data } = useQuery<Readiness>({
    queryKey: keys.ready,
    queryFn: ({ signal }) => probe(signal),
    initialData: { isReady: true, isAnswering: true },
    staleTime: Infinity,
    refetchOnReconnect: false,
    refetchInterval: (query) => (query.state.data?.isReady ? false : everyMs),
  });
  const wasReady = useRef(true);
  useEffect(() => {
    if (data.isReady && !wasReady.current) void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== keys.ready[0] });
    wasReady.current = data.isReady;
  }, [client, data.isReady]);
  return data;
}

async function probe(signal: AbortSignal): Promise<Readiness> {
  const response = await fetch("/readyz", { signal: AbortSignal.any([signal, AbortSignal.timeout(waitMs)]) }).catch(() => undefined);
  signal.throwIfAborted();
  if (!response) return { isReady: false, isAnswering: false };
  const answer = (await response.json().catch(() => ({}))) as { reason?: string };
  return { isReady: response.ok, isAnswering: response.ok || response.status === 503, reason: answer.reason };
}
