// The cache of what the server said, and the keys it is kept under. A call that finds the server away starts the asking of
// /readyz (hooks/use-ready.ts); nothing is retried behind the person's back, and nothing waits for a network that may not come.
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "../kit/api.ts";

export interface Readiness {
  readonly isReady: boolean;
  /** Whether the server itself answered; its database may still be away. */
  readonly isAnswering: boolean;
  /** In the server's words. */
  readonly reason?: string;
}

export const keys = {
  tasks: ["tasks"],
  projects: ["projects"],
  about: ["about"],
  ready: ["ready"],
  lastWrite: ["last-write"],
} as const;

export function createQueryClient(): QueryClient {
  const noteAway = (problem: unknown) => {
    if (!(problem instanceof ApiProblem) || !problem.isAway) return;
    const away = { isReady: false, isAnswering: problem.status === 503 };
    client.setQueryData<Readiness>(keys.ready, (known) => (known?.isReady === false ? known : away));
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError: noteAway }),
    mutationCache: new MutationCache({ onError: noteAway }),
    defaultOptions: {
      queries: { retry: false, networkMode: "always", staleTime: 10_000 },
      mutations: { retry: false, networkMode: "always" },
    },
  });
  return client;
}
