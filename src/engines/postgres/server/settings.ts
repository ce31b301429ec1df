// Rowhouse's own settings of a PostgreSQL server, included first by postgresql.conf: where it listens, how it logs.
// Source: postgresql.org/docs/current/runtime-config.html
import { join } from "node:path";
import { writeFileAtomic } from "../../../platform/files.ts";
import type { ServerPlace } from "../../engine.ts";

export function settingsFiles(place: ServerPlace): readonly string[] {
  return [join(place.dataDirectory, "rowhouse.conf")];
}

export async function writeSettings(place: ServerPlace): Promise<void> {
  const settings: Readonly<Record<string, string>> = {
    listen_addresses: "127.0.0.1",
    port: String(place.port),
    unix_socket_directories: place.socketDirectory,
    unix_socket_permissions: "0770",
    password_encryption: "scram-sha-256",
    logging_collector: "off",
    log_destination: "stderr",
    log_line_prefix: "%m [%p] %q%u@%d %a ",
    log_timezone: "UTC",
    log_min_duration_statement: "1s",
    log_lock_waits: "on",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  const text = `# Written by Rowhouse at each start, from rowhouse.toml. Put your own settings into postgresql.conf: they win.\n${lines.join("\n")}\n`;
  await writeFileAtomic(join(place.dataDirectory, "rowhouse.conf"), text, place.owner ? { owner: place.owner } : {});
}
