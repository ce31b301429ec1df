// A certificate as a page that a person reads without Rowhouse: what was backed up, whether it was restored and compared, when and
// by whom. One file without scripts, links or pictures, made to be printed.
import type { Finding } from "../../foundation/evidence.ts";
import { formatBytes, formatDuration } from "../../foundation/units.ts";
import { sizeOf } from "./describe.ts";
import type { Attempt, BackupState, Certificate } from "./certificate.ts";
import { baseDirectory, databaseNames, isBase, type Manifest, tablesIn } from "./manifest.ts";

const sentences: Readonly<Record<BackupState, string>> = {
  PROVED: "This backup was restored into an empty server and compared with what was read when it was taken. They are equal.",
  FAILED: "This backup does not give back what it was taken of. Do not rely on it.",
  TAKEN: "Nobody knows yet whether this backup can be restored.",
};

const style = `body { font: 11pt/1.5 Georgia, serif; max-width: 44em; margin: 2em auto; padding: 0 1em; color: #111; background: #fff }
h1 { font-size: 1.5em; margin-bottom: 0 } h2 { font-size: 1.1em; margin: 1.5em 0 .3em }
.state { font-size: 2em; font-weight: bold; border: 3px solid; padding: .1em .5em; display: inline-block; margin: .4em 0 }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .2em .8em .2em 0; border-bottom: 1px solid #ccc }
td { overflow-wrap: anywhere } @media print { body { margin: 0 } }`;

export function certificatePage(manifest: Manifest, certificate: Certificate): string {
  const { database, server, taken } = manifest;
  const title = `Backup ${manifest.id} of ${database.name}`;
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${text(title)}</title><style>${style}</style></head><body>`,
    `<h1>${text(title)}</h1>`,
    `<div class="state">${certificate.state}</div>`,
    `<p>${text(sentenceOn(manifest, certificate))}</p>`,
    table([
      ["Decided", `${moment(certificate.at)}, by ${certificate.by}, in ${formatDuration(certificate.tookMs)}`],
      ["Database", `${databaseNames(manifest)?.join(", ") ?? database.name} on ${server.host}:${server.port}, version ${server.version}`],
      ["As it was at", moment(taken.snapshotAt)],
      ["Taken", `by ${taken.by}, with ${taken.with.map(({ name, version }) => `${name} ${version}`).join(", ")}`],
      [
        "Rows",
        `${rowsOf(manifest).toLocaleString("en-US")} in ${tablesIn(manifest).length} tables${isBase(manifest) ? " were read to be compared" : ""}`,
      ],
      ["Files", `${manifest.files.length}, ${formatBytes(sizeOf(manifest))}`],
      ["SHA-256 of manifest.json", certificate.manifestSha256],
    ]),
    ...verdictPart(certificate),
    ...samplePart(certificate),
    ...historyPart(certificate.attempts),
    `<p>Restore it with <code>rowhouse backup restore</code>, or without Rowhouse with the engine's own tools from <code>${filesOf(manifest)}</code> beside this page.</p>`,
    "</body></html>\n",
  ].join("\n");
}

function sentenceOn(manifest: Manifest, { state, sample, wholeAt }: Certificate): string {
  if (state === "PROVED" && isBase(manifest))
    return "A server was started on a copy of these files and read to the last row. Below is what was compared with the original, and what could not be.";
  if (!sample || state === "FAILED") return sentences[state];
  const some = `${sample.count} of its ${sample.of} tables, a sample,`;
  if (state === "TAKEN") return `The rows of ${some} were compared and are equal. Nobody knows yet of the others.`;
  return `${sentences.PROVED} That was so of all tables at ${moment(wholeAt ?? "")}; this time all of it was restored, and the rows of ${some} were compared.`;
}

function samplePart({ sample, sampled = [] }: Certificate): readonly string[] {
  if (!sample) return [];
  return [
    "<h2>Whose rows were compared</h2>",
    table([
      [`${sample.count} of ${sample.of} tables`, sampled.join(", ")],
      ["Chosen by", `the seed ${sample.seed}, from number ${sample.first + 1} on; the next sample takes the ones after these`],
    ]),
  ];
}

function rowsOf(manifest: Manifest): number {
  return tablesIn(manifest).reduce((sum, { rows }) => sum + rows, 0);
}

function verdictPart({ verdict }: Certificate): readonly string[] {
  if (verdict.state === "unknown") return ["<h2>Why it is not known</h2>", `<p>${text(verdict.because)}</p>`];
  if (verdict.state === "faulty") return ["<h2>What is wrong</h2>", table(verdict.findings.map(findingRow))];
  return ["<h2>What was done</h2>", table(verdict.evidence.map(({ subject, seen, tookMs }) => [subject, `${seen} (${formatDuration(tookMs)})`]))];
}

function findingRow({ subject, seen, mend }: Finding): readonly [string, string] {
  return [subject, `${seen}. ${mend}`];
}

function historyPart(attempts: readonly Attempt[]): readonly string[] {
  if (attempts.length === 0) return [];
  const rows = attempts.map(
    ({ at, state, by, because, sample }) =>
      [moment(at), `${state === "TAKEN" ? "not known" : state}${sample ? " by a sample" : ""}, by ${by}${because ? `: ${because}` : ""}`] as const,
  );
  return ["<h2>Other attempts</h2>", table(rows)];
}

function table(rows: readonly (readonly [string, string])[]): string {
  return `<table>${rows.map(([head, cell]) => `<tr><th>${text(head)}</th><td>${text(cell)}</td></tr>`).join("\n")}</table>`;
}

/** `2026-11-25 05:12:00 UTC` */
function moment(at: string): string {
  return `${at.slice(0, 19).replace("T", " ")} UTC`;
}

function text(raw: string): string {
  return raw.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Where what it holds lies. */
function filesOf(manifest: Manifest): string {
  if (isBase(manifest)) return `${baseDirectory}/`;
  return manifest.whole ? "databases/ and server/" : "dump/";
}
