// A store with backups in it that no server made: manifests as `take` writes them, files of a few bytes.
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Verdict } from "../../../src/foundation/evidence.ts";
import { type Manifest, readManifest } from "../../../src/operations/backup/manifest.ts";
import { keepAttempt } from "../../../src/operations/backup/certificate.ts";
import { ensureSigningKey } from "../../../src/operations/backup/keys.ts";
import { manifestPurpose } from "../../../src/operations/backup/open.ts";
import type { ChosenSample } from "../../../src/operations/backup/sample.ts";
import { signText } from "../../../src/operations/backup/sign.ts";
import { type Clock, systemClock } from "../../../src/platform/clock.ts";
import { testContext } from "../servers.ts";

export interface MadeStore extends AsyncDisposable {
  readonly directory: string;
  /** Makes a backup that was taken then, with a file of those bytes, and returns its directory. */
  add(id: string, changes?: Partial<Manifest>, bulk?: Buffer): Promise<string>;
}

const rows = "1\tone\n2\ttwo\n";
const serverId = "0123456789abcdef";

export async function makeStore(): Promise<MadeStore> {
  const directory = await mkdtemp(join(tmpdir(), "rowhouse-store-"));
  return {
    directory,
    add: async (id, changes = {}, bulk) => {
      const plain = manifestOf(id);
      const manifest = { ...plain, files: [...plain.files, ...(bulk ? [fileOf("dump/bulk#P#p0", bulk)] : [])], ...changes };
      const backup = join(directory, `${manifest.engine}-${serverId}`, id);
      for (const [path, text] of [["catalogue.json", "[]\n"] as const, ["dump/words", rows] as const]) {
        await mkdir(dirname(join(backup, path)), { recursive: true });
        await writeFile(join(backup, path), text);
      }
      if (bulk) await writeFile(join(backup, "dump/bulk#P#p0"), bulk);
      const text = JSON.stringify(manifest);
      await writeFile(join(backup, "manifest.json"), text);
      await writeFile(join(backup, "manifest.json.minisig"), signText(await ensureSigningKey(testContext), text, manifestPurpose(id)));
      return backup;
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** What `prove` keeps when it comes to this. */
export async function keep(clock: Clock, backup: string, verdict: Verdict, chosen?: ChosenSample): Promise<void> {
  const { manifest, text } = await readManifest(backup);
  await keepAttempt({ ...testContext, clock }, backup, { manifest, manifestText: text, verdict, tookMs: 12, chosen });
}

export const verdicts = {
  sound: { state: "sound", evidence: [{ subject: "restored", seen: "into a throw-away server", tookMs: 41_000.4 }] },
  faulty: { state: "faulty", evidence: [], findings: [{ subject: "table words", seen: "has 1 rows in the copy, and had 2", mend: "Take another." }] },
  unknown: { state: "unknown", because: "there is no server program <here>" },
} as const satisfies Record<string, Verdict>;

function fileOf(path: string, content: string | Buffer) {
  return { path, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}

function manifestOf(id: string): Manifest {
  const at = id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/, "$1-$2-$3T$4:$5:$6.000Z");
  return {
    format: 1,
    id,
    kind: "database",
    engine: "postgres",
    server: { id: serverId, version: "15.18", host: "127.0.0.1", port: 5432 },
    database: { name: "shop", settings: {}, roles: [], extensions: [], tableBytes: 10, bytes: 20 },
    taken: { by: "root@here", with: [{ name: "rowhouse", version: "0" }], began: at, snapshotAt: at, snapshot: "one", ended: at },
    hashMethod: "none",
    tables: [{ name: ["public", "words"], rows: 2, hash: "1" }],
    counters: [],
    objects: {},
    files: [fileOf("catalogue.json", "[]\n"), fileOf("dump/words", rows)],
  };
}

/** A clock that stands. */
export function clockAt(at: string): Clock {
  return { ...systemClock, now: () => new Date(at) };
}
