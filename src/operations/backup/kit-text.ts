// The recovery kit as a text that people read, that `age -i` takes as it is (everything but the identity is a comment to it), and
// that is read back here. Its last line is a hash of the rest, so that a copy that was cut or mistyped is known.
import { createHash } from "node:crypto";
import { engineNames, engines } from "../../engines/engines.ts";
import { Problem } from "../../foundation/problem.ts";
import { Secret } from "../../foundation/secret.ts";
import type { KitKeys } from "./keys.ts";
import { signingKey } from "./sign.ts";

export interface Kit extends KitKeys {
  /** When, by whom and with which version. */
  readonly made: string;
  /** The house's directory; undefined for the databases of other servers. */
  readonly house: string | undefined;
  /** `postgres 15`, `mariadb 10.11`: of the house, or of what is in the store. */
  readonly engines: readonly string[];
  readonly stores: readonly string[];
  readonly recipient: string;
  /** Of the key that signs. */
  readonly signer: string;
  /** rowhouse.toml of the house. */
  readonly houseText: string | undefined;
}

const factWidth = 11;
const title = "ROWHOUSE RECOVERY KIT";
const sections = { house: "rowhouse.toml", signing: "signing key, private", identity: "age identity, private" } as const;

export function kitText(kit: Kit): string {
  const facts = [
    ["made", kit.made],
    ...(kit.house === undefined ? [] : [["house", kit.house]]),
    ...kit.engines.map((engine) => ["engine", engine]),
    ...kit.stores.map((store) => ["store", store]),
    ["recipient", kit.recipient],
    ["signer", kit.signer],
  ].map(([name = "", value = ""]) => `${name.padEnd(factWidth)}${value}`);
  const comments = [
    title,
    "",
    ...introduction,
    "",
    ...facts,
    "",
    ...instructions(kit),
    "",
    ...(kit.houseText === undefined ? [] : section(sections.house, kit.houseText)),
    ...section(sections.signing, kit.signing.reveal()),
    `--- ${sections.identity} ---`,
  ];
  const body = [...comments.map((line) => (line === "" ? "#" : `# ${line}`)), kit.identity.reveal()].join("\n");
  return `${body}\n# --- end; SHA-256 of the lines above: ${hashOf(body)} ---\n`;
}

const introduction = [
  "Without this file nobody can read the encrypted backups any more, and who has it and the backups can read all of the data. Put it where",
  "neither the machine nor the backups are: a password manager, a stick in a drawer elsewhere, paper. Then let it be read back:",
  "rowhouse backup kit --check FILE",
];

function instructions({ house, stores, engines: which }: Kit): readonly string[] {
  const store = stores[0] ?? "STORE";
  const into = house ?? "/srv/restored";
  const named = engineNames.filter((name) => which.length === 0 || which.some((one) => one.split(" ")[0] === name)).map((name) => engines[name]);
  return [
    "TO GET IT BACK on an empty machine, with this file as kit.txt and the store at hand:",
    `  rowhouse backup drill --kit kit.txt --store ${store} --into ${into}`,
    "TO GO ON WORKING with these keys there:",
    "  rowhouse backup kit --use kit.txt",
    "WITHOUT ROWHOUSE, with age and, to see whether it is what was written, minisign, in STORE/SERVER/BACKUP:",
    "  minisign -Vm manifest.json -P SIGNER",
    `  find dump -name '*.age' | while read f; do mkdir -p "/srv/plain/$(dirname "$f")"; age -d -i kit.txt -o "/srv/plain/$(echo "$f" | sed 's/.age$//')" "$f"; done`,
    ...named.flatMap(({ title: engine, backup }) => [`and then, in /srv/plain, for ${engine}:`, ...backup.byHand.map((line) => `  ${line}`)]),
    "The long form is docs/how-to/recover.md of Rowhouse.",
  ];
}

function section(name: string, text: string): readonly string[] {
  return [`--- ${name} ---`, ...text.trimEnd().split("\n"), ""];
}

function hashOf(body: string): string {
  return createHash("sha256").update(body).digest("hex");
}

/** Throws RH-BACKUP-006 when it is no kit, or not a whole one. */
export function parseKit(text: string, path: string): Kit {
  const unix = text.replaceAll("\r\n", "\n");
  const [body = "", end = ""] = unix.split("\n# --- end; SHA-256 of the lines above: ");
  if (!body.startsWith(`# ${title}\n`)) throw refused(path, "it does not begin as a recovery kit does");
  if (end === "") throw refused(path, "its end is missing");
  if (!end.startsWith(`${hashOf(body)} ---`)) throw refused(path, "it was changed since it was written: the hash in its last line is another one");
  const lines = body.split("\n").map((line) => line.replace(/^# ?/, ""));
  const head = lines.slice(
    0,
    lines.findIndex((line) => line.startsWith("--- ")),
  );
  const facts = (name: string) => head.flatMap((line) => (line.startsWith(name.padEnd(factWidth)) ? [line.slice(factWidth)] : []));
  const [signing, identity] = [sectionOf(lines, sections.signing), sectionOf(lines, sections.identity)];
  if (!signing || !identity) throw refused(path, "it has no keys");
  const houseText = sectionOf(lines, sections.house);
  return {
    made: facts("made")[0] ?? "",
    house: facts("house")[0],
    engines: facts("engine"),
    stores: facts("store"),
    recipient: facts("recipient")[0] ?? "",
    signer: signerOf(signing, path),
    houseText: houseText === undefined ? undefined : `${houseText}\n`,
    signing: new Secret(`${signing}\n`),
    identity: new Secret(identity),
  };
}

function sectionOf(lines: readonly string[], name: string): string | undefined {
  const from = lines.indexOf(`--- ${name} ---`);
  if (from < 0) return undefined;
  const rest = lines.slice(from + 1);
  const to = rest.findIndex((line) => /^--- .* ---$/.test(line));
  return rest
    .slice(0, to < 0 ? undefined : to)
    .join("\n")
    .trim();
}

function signerOf(pem: string, path: string): string {
  try {
    return signingKey(pem).text;
  } catch {
    throw refused(path, "its signing key is none");
  }
}

function refused(path: string, because: string): Problem {
  return new Problem("RH-BACKUP-006", `${path}: ${because}`, { hint: "Use another copy of it, or make a new one: `rowhouse backup kit --to FILE`." });
}
