// Every metric of the application: name, type, labels beside `instance`, and what it means. docs/reference/metrics.md says the same
// for people, and a test keeps the two equal. The names of the process's own are those that dashboards for Prometheus expect.
// Source: prometheus.io/docs/practices/naming

export interface Family {
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly help: string;
}

export const catalogue = {
  rowhouse_build_info: { type: "gauge", labels: ["version", "node"], help: "Always 1; the labels say what runs." },
  rowhouse_http_requests_total: {
    type: "counter",
    labels: ["method", "route", "status"],
    help: "Requests that ended, by the pattern of their route, none where there is no such route; status 499 where the client went away unanswered.",
  },
  rowhouse_http_request_duration_seconds: {
    type: "histogram",
    labels: ["method", "route"],
    help: "From the arrival of a request in the application to the end of its answer.",
  },
  rowhouse_http_requests_in_work: { type: "gauge", labels: [], help: "Requests that are not answered yet, without listeners to changes." },
  rowhouse_http_requests_shed_total: { type: "counter", labels: [], help: "Requests refused at once because too many were in work." },
  rowhouse_event_listeners: { type: "gauge", labels: [], help: "Listeners to changes." },
  rowhouse_pool_open_connections: { type: "gauge", labels: [], help: "Connections to the database." },
  rowhouse_pool_idle_connections: { type: "gauge", labels: [], help: "Connections to the database that nobody uses now." },
  rowhouse_pool_waiting_callers: { type: "gauge", labels: [], help: "Callers that wait for a connection to the database." },
  rowhouse_pool_connection_limit: { type: "gauge", labels: [], help: "How many connections to the database there may be." },
  rowhouse_backup_age_seconds: {
    type: "gauge",
    labels: [],
    help: "Age of the newest proved backup of the house, by the moment that it shows; none before the first one.",
  },
  rowhouse_backup_last_outcome: { type: "gauge", labels: [], help: "1 when the last backup was taken and proved, 0 when it was not." },
  rowhouse_backup_late: { type: "gauge", labels: [], help: "1 when a proved backup is over two hours late by rowhouse.toml, else 0." },
  process_cpu_seconds_total: { type: "counter", labels: [], help: "Processor time, user and system." },
  process_resident_memory_bytes: { type: "gauge", labels: [], help: "Memory that the process has in use." },
  process_open_fds: { type: "gauge", labels: [], help: "Open file descriptors." },
  process_max_fds: { type: "gauge", labels: [], help: "How many file descriptors may be open." },
  process_start_time_seconds: { type: "gauge", labels: [], help: "When the process started, in seconds since 1970." },
  nodejs_heap_size_used_bytes: { type: "gauge", labels: [], help: "Of the JavaScript heap, what is in use." },
  nodejs_heap_size_total_bytes: { type: "gauge", labels: [], help: "The JavaScript heap." },
  nodejs_eventloop_lag_p50_seconds: { type: "gauge", labels: [], help: "How late the event loop ran since the last reading, median." },
  nodejs_eventloop_lag_p99_seconds: { type: "gauge", labels: [], help: "How late the event loop ran since the last reading, 99th percentile." },
  nodejs_eventloop_lag_max_seconds: { type: "gauge", labels: [], help: "How late the event loop ran since the last reading, at most." },
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof catalogue;
