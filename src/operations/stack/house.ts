// A house: where it is, and what its rowhouse.toml wants. The file is written once by `up`, a person's file from then on.
import { basename, dirname, join, resolve } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { parse } from "smol-toml";
import { engineNames } from "../../engines/engines.ts";
import { Problem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import { exists, namesIn, readIfThere, statIfThere, withoutLinks } from "../../platform/files.ts";
import { withoutOthers } from "../../platform/trees.ts";
import { currentUser, isRoot } from "../../platform/users.ts";

const port = Type.Integer({ minimum: 1, maximum: 65_535 });
const kept = Type.Integer({ minimum: 0, maximum: 99_999 });
const name = Type.String({ pattern: "^[a-z][a-z0-9_]{0,39}$" });

export const HouseSchema = Type.Object(
  {
    engine: Type.String(),
    /** The server's major version; what the data directory was made by. */
    major: Type.String({ pattern: "^\\d+(\\.\\d+)?$" }),
    locale: Type.String({ minLength: 1, maxLength: 60 }),
    ports: Type.Object({ proxy: port, database: port }, { additionalProperties: false }),
    app: Type.Object({ instances: Type.Integer({ minimum: 1, maximum: 32 }), database: name, role: name }, { additionalProperties: false }),
    /** Where its backups go, when `serve` takes them, and which it keeps. */
    backup: Type.Optional(
      Type.Object(
        {
          store: Type.Optional(Type.String({ pattern: "^/." })),
          signal: Type.Optional(Type.String({ pattern: "^https?://[^\\s/@]+(/\\S*)?$" })),
          at: Type.Optional(Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d$" })),
          "keep-days": Type.Optional(kept),
          "keep-last": Type.Optional(kept),
          "keep-daily": Type.Optional(kept),
          "keep-weekly": Type.Optional(kept),
          "keep-monthly": Type.Optional(kept),
          "keep-yearly": Type.Optional(kept),
          "prove-every": Type.Optional(Type.String({ pattern: "^[1-9]\\d{0,3}[dh]$" })),
          "prove-sample": Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
        },
        { additionalProperties: false },
      ),
    ),
    /** A server that Rowhouse did not install, instead of one of the house's own. */
    target: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type HouseConfig = Static<typeof HouseSchema>;

export interface House {
  /** Absolute path of the directory that holds rowhouse.toml. */
  readonly directory: string;
  readonly config: HouseConfig;
}

export interface HouseChoice {
  /** `--house`. */
  readonly house?: string | undefined;
  /** `--engine`, which picks among the default houses. */
  readonly engine?: string | undefined;
}

export function houseFile(directory: string): string {
  return join(directory, "rowhouse.toml");
}

/** The house that is meant: `--house`, ROWHOUSE_HOUSE, the nearest rowhouse.toml upwards, else the default one. */
export async function findHouseDirectory(context: Context, choice: HouseChoice, from: string): Promise<string> {
  if (choice.house === "") throw new Problem("RH-USE-001", "--house is empty", { field: "house", hint: "Give a directory, or leave --house out." });
  const named = choice.house ?? context.environment["ROWHOUSE_HOUSE"];
  if (named) return withoutLinks(resolve(from, named));
  for (let directory = from; ; directory = dirname(directory)) {
    if (await exists(houseFile(directory))) return directory;
    if (directory === dirname(directory)) break;
  }
  return defaultHouse(context, choice.engine);
}

/** The default house belongs to the first engine that was brought up in it; another engine's is its sibling. */
async function defaultHouse(context: Context, engine: string | undefined): Promise<string> {
  const root = housesRoot(context);
  const first = join(root, "default");
  if (engine === undefined || !(await exists(houseFile(first)))) return first;
  const { config } = await readHouse(first);
  return config.engine === engine ? first : join(root, engine);
}

/** Where houses live when nobody says otherwise. Never inside a checkout: `git clean` must not reach data. */
export function housesRoot(context: Context): string {
  return isRoot() ? "/var/lib/rowhouse" : join(dataHome(context), "rowhouse");
}

export function dataHome(context: Context): string {
  return context.environment["XDG_DATA_HOME"] ?? join(context.environment["HOME"] ?? "/nonexistent", ".local/share");
}

/** Other houses beside this one, for a message that helps. */
export async function siblingHouses(directory: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const sibling of await namesIn(dirname(directory))) {
    const path = join(dirname(directory), sibling);
    if (path !== directory && (await exists(houseFile(path)))) found.push(path);
  }
  return found;
}

/** Reads a house. Throws RH-HOUSE-001 when there is none, RH-HOUSE-002 naming the line or field that is wrong. */
export async function readHouse(directory: string): Promise<House> {
  await refuseForeignHouse(directory);
  const text = await readIfThere(houseFile(directory));
  if (text !== undefined) return { directory, config: parseHouse(text, houseFile(directory)) };
  const siblings = await siblingHouses(directory);
  const others = siblings.length > 0 ? ` There is one at ${siblings.join(" and at ")}: give it with --house.` : "";
  throw new Problem("RH-HOUSE-001", `there is no house at ${directory}`, { hint: `Make one: \`rowhouse up\`.${others}` });
}

/**
 * A house tells which processes are its own and which programs to run, so one that another user made must not be believed: root
 * would end or start whatever it names. Throws RH-HOUSE-004.
 */
export async function refuseForeignHouse(directory: string): Promise<void> {
  const { uid, name } = currentUser();
  for (const path of [directory, houseFile(directory), join(directory, ".rowhouse")]) {
    const found = await statIfThere(path);
    if (!found || Number(found.uid) === uid) continue;
    throw new Problem("RH-HOUSE-004", `${path} belongs to uid ${found.uid}, not to ${name}`, {
      hint: "Run this as its owner, or give another place with --house.",
    });
  }
}

export function parseHouse(text: string, path: string): HouseConfig {
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (cause) {
    throw new Problem("RH-HOUSE-002", `${path} is not TOML: ${cause instanceof Error ? cause.message.split("\n")[0] : cause}`, {
      cause,
      hint: `Mend ${path}.`,
    });
  }
  const [first] = Value.Errors(HouseSchema, parsed);
  if (!first) return refuseUnknownEngine(parsed as HouseConfig, path);
  const field = first.path.slice(1).replaceAll("/", ".") || basename(path);
  throw new Problem("RH-HOUSE-002", `${path}: ${field}: ${first.message}${isSecret(field) ? "" : `, not ${JSON.stringify(first.value)}`}`, {
    field,
    hint: `Mend ${path}; docs/reference/house.md lists the fields.`,
  });
}

/** Whoever has the address of the monitor can silence it. */
function isSecret(field: string): boolean {
  return field === "backup.signal";
}

function refuseUnknownEngine(config: HouseConfig, path: string): HouseConfig {
  if (engineNames.some((name) => name === config.engine)) return config;
  throw new Problem("RH-HOUSE-002", `${path}: engine: "${config.engine}" is none of ${engineNames.join(", ")}`, {
    field: "engine",
    hint: `Mend ${path}.`,
  });
}

/** Of rowhouse.toml: with the address of a monitor in it nobody else reads it. */
export function houseFileMode({ backup }: Pick<HouseConfig, "backup">): number {
  return backup?.signal === undefined ? 0o644 : 0o600;
}

/** Whoever wrote the address of a monitor into it did so in a file that everybody reads. */
export async function closeHouseFile({ directory, config }: House): Promise<void> {
  if (houseFileMode(config) === 0o600) await withoutOthers(houseFile(directory));
}

/** The file as `up` writes it the first time. */
export function houseText(config: HouseConfig): string {
  const target = config.target === undefined ? [] : [`target = ${JSON.stringify(config.target)}   # a server that Rowhouse did not install`];
  return [
    "# What this house is. Written once; yours from then on. `rowhouse up` brings about what it says.",
    `engine = ${JSON.stringify(config.engine)}`,
    `major = ${JSON.stringify(config.major)}   # made the data directory; another one needs an upgrade`,
    `locale = ${JSON.stringify(config.locale)}`,
    ...target,
    "",
    "[ports]   # on 127.0.0.1",
    `proxy = ${config.ports.proxy}`,
    `database = ${config.ports.database}`,
    "",
    "[app]",
    `instances = ${config.app.instances}`,
    `database = ${JSON.stringify(config.app.database)}`,
    `role = ${JSON.stringify(config.app.role)}`,
    "",
  ].join("\n");
}
