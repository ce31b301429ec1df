// A store on another machine as one on this: what tells about its backups is fetched into a private directory, the files themselves when
// one is restored or proved. Nothing is believed of it before it is verified here, as with any store; the directory goes afterwards.
import { join, relative } from "node:path";
import { engineNames } from "../../engines/engines.ts";
import { isProblem, Problem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, namesIn, readIfThere, remove, statIfThere } from "../../platform/files.ts";
import { listRemote, type RemoteFile, sftp, argument } from "../../platform/sftp.ts";
import { sizeOf } from "./describe.ts";
import { laterNames } from "./copy.ts";
import { type ListedBackup, listBackups, type Look } from "./list.ts";
import { certificateName, type Manifest, manifestName, readManifest, signatureName } from "./manifest.ts";
import { directoriesOf, remotePlace, sendLater } from "./remote-files.ts";
import type { RemoteStore } from "./remote.ts";
import { isBackupId, refuseLackOfSpace } from "./store.ts";
import { makePrivateDirectory, proofsRoot } from "./throwaway.ts";

export interface Mirror extends AsyncDisposable {
  readonly directory: string;
  readonly backups: readonly ListedBackup[];
  /** Fetches the files of one, so that it can be used. What is missing there is missing here, for verifying to name. */
  bring(backup: ListedBackup, signal: AbortSignal): Promise<void>;
  /** Sends back what a proof wrote. Throws RH-LOCK-001 when another one wrote there since the files were brought. */
  sendBack(backup: ListedBackup, signal: AbortSignal): Promise<void>;
  /** Removes what was fetched of one. */
  letGo(backup: ListedBackup): Promise<void>;
}

/** Larger ones of the files that tell about a backup are not fetched. */
const smallBytes = 100_000_000;

/** Throws RH-BACKUP-030 and RH-BACKUP-031 when the place cannot be reached. */
export async function openMirror(context: Context, from: RemoteStore, signal: AbortSignal): Promise<Mirror> {
  const directory = await makePrivateDirectory();
  try {
    const places = await placesIn(context, from, signal);
    await fetchSmall(context, { from, directory, places, signal });
    const sizes = await sizesOf(context, { from, directory, places, signal });
    const look = async (path: string) => sizes.get(relative(directory, path));
    const backups = await listBackups(context, directory, undefined, look);
    const certificates = new Map<string, string | undefined>();
    return {
      directory,
      backups,
      bring: async (backup, until) => {
        await bring(context, { from, backup, signal: until });
        certificates.set(backup.id, await readIfThere(join(backup.directory, certificateName)));
      },
      sendBack: async (backup, until) => {
        await refuseOtherProof(context, { from, backup, signal: until }, certificates.get(backup.id));
        await sendLater(context, from, { backup, names: laterNames, signal: until });
      },
      letGo: async (backup) => {
        for (const name of await namesIn(backup.directory)) if (!told.includes(name)) await remove(join(backup.directory, name));
      },
      [Symbol.asyncDispose]: () => remove(directory),
    };
  } catch (thrown) {
    await remove(directory);
    throw thrown;
  }
}

/** The files that tell about a backup. */
const told = [manifestName, signatureName, ...laterNames];

interface Fetching {
  readonly from: RemoteStore;
  readonly directory: string;
  /** What is in the directory of each backup, by `server/id`. */
  readonly places: ReadonlyMap<string, readonly RemoteFile[]>;
  readonly signal: AbortSignal;
}

async function placesIn(context: Context, from: RemoteStore, signal: AbortSignal): Promise<Fetching["places"]> {
  const list = (directories: readonly string[]) => listRemote(context, from, { directories, signal });
  const named = (files: readonly RemoteFile[] | undefined) => (files ?? []).filter(({ type }) => type === "directory").map(({ name }) => name);
  const isServer = (name: string) => engineNames.some((engine) => name.startsWith(`${engine}-`)) && /^[\w-]+$/.test(name);
  const servers = named((await list([from.path])).get(from.path)).filter(isServer);
  const ids = await list(servers.map((server) => `${from.path}/${server}`));
  const found = [...ids].flatMap(([path, files]) =>
    named(files)
      .filter(isBackupId)
      .map((id) => `${path}/${id}`),
  );
  return new Map([...(await list(found))].map(([path, files]) => [relative(from.path, path), files]));
}

async function fetchSmall(context: Context, { from, directory, places, signal }: Fetching): Promise<void> {
  const commands: string[] = [];
  for (const [place, files] of places) {
    await ensureDirectory(join(directory, place));
    for (const { name, type, bytes } of files)
      if (told.includes(name) && type === "file" && bytes <= smallBytes)
        commands.push(`-get ${argument(`${from.path}/${place}/${name}`)} ${argument(`${place}/${name}`)}`);
  }
  await sftp(context, from, { commands, directory, signal });
}

/** Of every file that a manifest names, by its path in the mirror: the list looks at sizes. */
async function sizesOf(context: Context, { from, directory, places, signal }: Fetching): Promise<ReadonlyMap<string, Seen>> {
  const below: string[] = [];
  for (const place of places.keys()) {
    const manifest = await manifestIn(join(directory, place));
    below.push(...directoriesOf(manifest ?? { files: [] }).map((name) => (name === "" ? `${from.path}/${place}` : `${from.path}/${place}/${name}`)));
  }
  const listed = await listRemote(context, from, { directories: below.filter(isPlain), signal });
  return new Map(
    [...listed].flatMap(([path, files]) =>
      files.map(({ name, type, bytes }) => [`${relative(from.path, path)}/${name}`, { size: bytes, isFile: () => type === "file" }] as const),
    ),
  );
}

type Seen = NonNullable<Awaited<ReturnType<Look>>>;

async function manifestIn(directory: string): Promise<Manifest | undefined> {
  return readManifest(directory).then(
    ({ manifest }) => manifest,
    (thrown: unknown) => {
      if (isProblem(thrown)) return undefined; // the list tells what is wrong with it
      throw thrown;
    },
  );
}

/** A manifest that is not ours may name anything. */
function isPlain(path: string): boolean {
  return /^[\w.@+=/#-]+$/.test(path);
}

interface Bringing {
  readonly from: RemoteStore;
  readonly backup: ListedBackup;
  readonly signal: AbortSignal;
}

async function bring(context: Context, { from, backup, signal }: Bringing): Promise<void> {
  const { manifest } = await readManifest(backup.directory);
  const bytes = sizeOf(manifest);
  await refuseLackOfSpace(proofsRoot, { bytes, what: `the files of ${backup.id}` });
  for (const name of directoriesOf(manifest)) await ensureDirectory(join(backup.directory, name));
  const names = [...manifest.files.map(({ path }) => path), certificateName]; // which may be another one by now than when they were listed
  const commands = names.map((path) => `-get ${argument(`${remotePlace(from, backup)}/${path}`)} ${argument(path)}`);
  await sftp(context, from, { commands, directory: backup.directory, signal });
  let missing = 0;
  for (const file of manifest.files) missing += file.bytes - Number((await statIfThere(join(backup.directory, file.path)))?.size ?? 0);
  if (missing > 0) await refuseLackOfSpace(proofsRoot, { bytes: missing, what: `the files of ${backup.id}` }); // a full disk here is no fault of it
}

/** As it is there now, beside the backup's own files; undefined where it has none. */
async function fetchCertificate(context: Context, { from, backup, signal }: Bringing): Promise<string | undefined> {
  const directory = await makePrivateDirectory();
  try {
    const command = `-get ${argument(`${remotePlace(from, backup)}/${certificateName}`)} ${argument(certificateName)}`;
    await sftp(context, from, { commands: [command], directory, signal });
    return await readIfThere(join(directory, certificateName));
  } finally {
    await remove(directory);
  }
}

/** A lock of this machine's keeps no other one away; the certificate that is there tells whether one was at it. */
async function refuseOtherProof(context: Context, bringing: Bringing, brought: string | undefined): Promise<void> {
  if ((await fetchCertificate(context, bringing)) === brought) return;
  const { from, backup } = bringing;
  throw new Problem("RH-LOCK-001", `${backup.id} at ${from.address} has another certificate than when this proof began: somebody else proved it`, {
    hint: "That one stays; this one is not kept. Prove it again if you want another: `rowhouse backup prove`.",
  });
}
