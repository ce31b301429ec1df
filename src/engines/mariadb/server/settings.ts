// Rowhouse's own option file of a MariaDB server: where it listens, what it may read and write. No other option file is read.
// Source: mariadb.com/kb/en/server-system-variables
import { dirname, join } from "node:path";
import { ensureDirectory, exists, writeFileAtomic } from "../../../platform/files.ts";
import type { ServerPlace } from "../../engine.ts";

export function settingsFiles(place: ServerPlace): readonly string[] {
  return [join(place.settingsDirectory, "mariadb.cnf"), personalFile(place)];
}

export async function writeSettings(place: ServerPlace): Promise<void> {
  const filesDirectory = join(place.dataDirectory, "..", "files");
  await ensureDirectory(temporaryDirectory(place), place.owner ? { owner: place.owner } : {});
  await ensureDirectory(filesDirectory, place.owner ? { owner: place.owner } : {});
  const settings: Readonly<Record<string, string>> = {
    datadir: place.dataDirectory,
    socket: socketOf(place),
    port: String(place.port),
    bind_address: "127.0.0.1",
    skip_name_resolve: "on",
    local_infile: "off",
    secure_file_priv: filesDirectory,
    tmpdir: temporaryDirectory(place),
    symbolic_links: "off",
    character_set_server: "utf8mb4",
    collation_server: "utf8mb4_nopad_bin",
    performance_schema: "on",
    slow_query_log: "off",
    pid_file: join(place.dataDirectory, "mariadb.pid"),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const heading = "# Written by Rowhouse at each start, from rowhouse.toml. Put your own settings into the file included below: they win.";
  const text = [heading, "[mariadbd]", ...lines, "", `!include ${personalFile(place)}`, ""].join("\n");
  const options = { mode: 0o644 }; // ours to write, the server's to read
  if (!(await exists(personalFile(place)))) await writeFileAtomic(personalFile(place), "# Your settings.\n[mariadbd]\n", options);
  await writeFileAtomic(join(place.settingsDirectory, "mariadb.cnf"), text, options);
}

/** A server cleans its temporary directory at its start, another server's files included, so no two share one. */
export function temporaryDirectory(place: ServerPlace): string {
  return join(dirname(place.dataDirectory), "temporary");
}

export function socketOf(place: ServerPlace): string {
  return join(place.socketDirectory, "mariadb.sock");
}

function personalFile(place: ServerPlace): string {
  return join(place.settingsDirectory, "mariadb-own.cnf");
}
