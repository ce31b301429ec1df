// The cache of what the server said, but for the tasks, which have a store of their own; and the keys it is kept under. A call
// that finds the server away starts the asking of /readyz; nothing is retried behind the person's back, and nothing waits for a
// network that may not come.
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "../kit/api.ts";
import type { Connection } from "./data/connection.ts";

export const keys = {
  projects: ["projects"],
  about: ["about"],
  counts: ["counts"],
  stats: ["stats"],
} as const;

export function createQueryClient(connection: Connection): QueryClient {
  const noteAway = (problem: unknown) => {
    if (problem instanceof ApiProblem && problem.isAway) void connection.check();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError: noteAway }),
    mutationCache: new MutationCache({ onError: noteAway }),
    defaultOptions: {
      queries: { retry: false, networkMode: "always", staleTime: 10_000 },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
