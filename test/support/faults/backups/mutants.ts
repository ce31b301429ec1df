// A good backup made bad in one way each (CHECKLIST X1): in its files, in the manifest, or in the copy that was restored from
// it, as if restoring had lost something. What cannot be tried on this machine is unknown, not failed, and never proved.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { generateX25519Identity } from "age-encryption";
import type { EngineName } from "../../../../src/engines/engines.ts";
import { type Sql, sql } from "../../../../src/foundation/sql.ts";
import type { BackupState } from "../../../../src/operations/backup/certificate.ts";
import type { Keyring } from "../../../../src/operations/backup/keys.ts";
import { signatureName } from "../../../../src/operations/backup/manifest.ts";
import { newSigningPem, signingKey } from "../../../../src/operations/backup/sign.ts";
import { Secret } from "../../../../src/foundation/secret.ts";
import { type EditableManifest, editFile, editManifest, editUnpacked, flip, manifestOf, rehash, rowsFile } from "./edits.ts";

const badSignature = /^file manifest\.json\.minisig it does not fit what key [0-9A-F]{16} signed/;

type PerEngine<T> = Readonly<Record<EngineName, T>>;

export interface Mutant {
  readonly title: string;
  /** `refused` is a failure that is thrown: nothing is said of the backup. */
  readonly state: BackupState | "refused";
  /** What the verdict has to say. */
  readonly says: RegExp;
  /** Whoever did it has our key, and signs the manifest again. */
  readonly isSignedAgain?: true;
  /** What it is looked at with, given the machine's own keys; these unless given. */
  readonly keyring?: (own: Keyring) => Promise<Keyring>;
  readonly onFiles?: (directory: string, engine: EngineName) => void;
  readonly onCopy?: PerEngine<readonly Sql[]>;
}

const alike = (...statements: readonly Sql[]): PerEngine<readonly Sql[]> => ({ postgres: statements, mariadb: statements });

/** The twelve of X1, in its order. */
export const mutants: readonly Mutant[] = [
  {
    title: "a byte flipped",
    state: "FAILED",
    says: /^file dump\/\S*\.gz has the SHA-256/,
    onFiles: (directory, engine) => flip(directory, rowsFile[engine](directory, "padding"), 100),
  },
  {
    title: "truncated",
    state: "FAILED",
    says: /^file dump\/\S*\.gz has \d+ bytes, and had \d+/,
    onFiles: (directory, engine) => editFile(directory, rowsFile[engine](directory, "padding"), (bytes) => bytes.subarray(0, bytes.length / 2)),
  },
  {
    title: "one row changed",
    state: "FAILED",
    says: /^table (public\.)?accounts has 40 rows as it had, with other content/,
    onCopy: alike(sql`update accounts set owner = 'somebody' where id = 7`),
  },
  {
    title: "one row missing",
    state: "FAILED",
    says: /^table (public\.)?numbered_3 has 2 rows in the copy, and had 3/,
    onCopy: alike(sql`delete from numbered_3 where id = 3`),
  },
  {
    title: "sequence behind",
    state: "FAILED",
    says: /^counter (public\.)?tickets gives 1 next in the copy, and stood at/,
    onCopy: { postgres: [sql`select setval('tickets', 1, false)`], mariadb: [sql`alter sequence tickets restart 1`] },
  },
  {
    title: "grant missing",
    state: "FAILED",
    says: /^table public\.accounts is defined otherwise in the copy|^grant .*books_reader.* is (missing|defined otherwise)/,
    onCopy: { postgres: [sql`revoke select on accounts from books_reader`], mariadb: [sql`revoke select on accounts from books_reader@localhost`] },
  },
  {
    title: "index missing",
    state: "FAILED",
    says: /^index (public\.)?(transfers\.)?transfers_from is missing in the copy/,
    onCopy: {
      postgres: [sql`drop index transfers_from`],
      mariadb: [
        sql`alter table transfers add key stand_in (from_account), drop key transfers_from`,
        sql`alter table transfers drop foreign key transfers_from_fk`,
      ],
    },
  },
  {
    title: "check dropped",
    state: "FAILED",
    says: /^constraint (public\.)?accounts\.balance_not_negative is missing in the copy/,
    onCopy: alike(sql`alter table accounts drop constraint balance_not_negative`),
  },
  {
    title: "wrong key",
    state: "refused",
    says: /^RH-BACKUP-005 .* is signed by key [0-9A-F]{16}, which is not known here/,
    keyring: async () => ({ signers: [signingKey(newSigningPem())], identities: [] }),
  },
  {
    title: "wrong engine version",
    state: "TAKEN",
    says: /^unknown, because there is no \w+ 99(\.1)? server program/,
    isSignedAgain: true,
    onFiles: (directory) =>
      editManifest(directory, ({ server }) => {
        server.version = "99.1.2";
      }),
  },
  {
    title: "extension absent",
    state: "TAKEN",
    says: /^unknown, because the (extension|collation) absent_here is not (on|in) this machine/,
    isSignedAgain: true,
    onFiles: (directory) =>
      editManifest(directory, ({ database }) => {
        database.extensions.push("absent_here");
        if ("collation" in database.settings) database.settings["collation"] = "absent_here";
      }),
  },
  {
    title: "empty file",
    state: "FAILED",
    says: /^file dump\/\S*\.gz has 0 bytes, and had \d+/,
    onFiles: (directory, engine) => editFile(directory, rowsFile[engine](directory, "accounts"), () => Buffer.alloc(0)),
  },
];

/** Files changed together with their hashes in the manifest: only the content tells. */
export const fittedMutants: readonly Mutant[] = [
  fitted("a row changed, hashes made to fit", "accounts", /^table (public\.)?accounts has 40 rows as it had, with other content/, (text) =>
    text.replace("owner 7 ", "owner 8 "),
  ),
  fitted("a row missing, hashes made to fit", "numbered_2", /numbered_2(: | has )2 rows/, (text) => text.replace(/^3\t.*\n/m, "")),
  fitted("a row twice, hashes made to fit", "numbered_2", /^restore |numbered_2/, (text) => text.replace(/^(1\t.*\n)/m, "$1$1")),
  {
    title: "an empty file, hashes made to fit",
    state: "FAILED",
    says: /^restore |accounts(: | has )0 rows/,
    isSignedAgain: true,
    onFiles: (directory, engine) => {
      const path = rowsFile[engine](directory, "accounts");
      editFile(directory, path, () => Buffer.alloc(0));
      rehash(directory, path);
    },
  },
  {
    title: "a byte flipped, hashes made to fit",
    state: "FAILED",
    says: /^restore |^table (public\.)?padding has/,
    isSignedAgain: true,
    onFiles: (directory, engine) => {
      const path = rowsFile[engine](directory, "padding");
      flip(directory, path, 100);
      rehash(directory, path);
    },
  },
  {
    title: "cut in the middle, hashes made to fit",
    state: "FAILED",
    says: /^restore |^table (public\.)?padding has|padding: \d+ rows were loaded/,
    isSignedAgain: true,
    onFiles: (directory, engine) => {
      const path = rowsFile[engine](directory, "padding");
      editFile(directory, path, (bytes) => bytes.subarray(0, bytes.length / 2));
      rehash(directory, path);
    },
  },
];

function fitted(title: string, table: string, says: RegExp, edit: (text: string) => string): Mutant {
  return {
    title,
    state: "FAILED",
    says,
    isSignedAgain: true,
    onFiles: (directory, engine) => {
      const path = rowsFile[engine](directory, table);
      editUnpacked(directory, path, edit);
      rehash(directory, path);
    },
  };
}

/** The manifest edited by somebody who has not our key. */
export const unsignedMutants: readonly Mutant[] = [
  unsigned("a row count edited", ({ tables }) => {
    const [first] = tables;
    if (first) first.rows++;
  }),
  unsigned("a table left out", ({ tables }) => void tables.pop()),
  unsigned("another version of the server", ({ server }) => {
    server.version = "99.1.2";
  }),
  {
    title: "manifest: a row changed in its file, and its hash",
    state: "FAILED",
    says: badSignature,
    onFiles: (directory, engine) => {
      const path = rowsFile[engine](directory, "accounts");
      editUnpacked(directory, path, (text) => text.replace("owner 7 ", "owner 8 "));
      rehash(directory, path);
    },
  },
  {
    title: "manifest: its signature gone",
    state: "FAILED",
    says: /^file manifest\.json\.minisig it is missing/,
    onFiles: (directory) => rmSync(join(directory, signatureName)),
  },
];

function unsigned(title: string, edit: (manifest: EditableManifest) => void): Mutant {
  return { title: `manifest: ${title}`, state: "FAILED", says: badSignature, onFiles: (directory) => editManifest(directory, edit) };
}

/** Of an encrypted backup. Nothing of it is restored with a key that is not its own, or when the cipher shows a change. */
export const sealedMutants: readonly Mutant[] = [
  {
    title: "encrypted: no key to open it",
    state: "refused",
    says: /^RH-BACKUP-004 none of the keys here opens /,
    keyring: async ({ signers }) => ({ signers, identities: [] }),
  },
  {
    title: "encrypted: wrong key",
    state: "refused",
    says: /^RH-BACKUP-004 none of the keys here opens /,
    keyring: async ({ signers }) => ({ signers, identities: [new Secret(await generateX25519Identity())] }),
  },
  sealed("a byte flipped", (bytes) => bytes.with(bytes.length - 20, (bytes.at(-20) ?? 0) ^ 1)),
  sealed("cut in the middle", (bytes) => bytes.subarray(0, bytes.length / 2)),
  sealed("an empty file", () => new Uint8Array()),
];

/** With its hash made to fit, and signed by whoever has our key: only the cipher tells. */
function sealed(title: string, edit: (bytes: Uint8Array) => Uint8Array): Mutant {
  return {
    title: `encrypted: ${title}, hashes made to fit`,
    state: "FAILED",
    says: /^encryption \S+\/dump\/\S+ does not open: /,
    isSignedAgain: true,
    onFiles: (directory) => {
      const path = manifestOf(directory).files.find((file) => file.path.startsWith("dump/"))?.path ?? "";
      editFile(directory, path, edit);
      rehash(directory, path);
    },
  };
}

/** What restoring may lose besides, each as the copy would lack it. */
export const furtherMutants: readonly Mutant[] = [
  lost("a table missing", /^table (public\.)?numbered_5 is missing in the copy/, alike(sql`drop table numbered_5`)),
  lost("a table too many", /^table (public\.)?stray is in the copy only/, alike(sql`create table stray (id integer)`)),
  lost("a view missing", /^view (public\.)?balances is missing in the copy/, alike(sql`drop view balances`)),
  lost("a routine missing", /^routine .*doubled.* is missing in the copy/, {
    postgres: [sql`drop function doubled(bigint)`],
    mariadb: [sql`drop function doubled`],
  }),
  lost("a trigger missing", /^trigger (public\.)?(noted\.)?noted is missing in the copy/, {
    postgres: [sql`drop trigger noted on noted`],
    mariadb: [sql`drop trigger noted`],
  }),
  lost("a foreign key missing", /^constraint (public\.)?transfers\.transfers_\w+ is missing in the copy/, {
    postgres: [sql`alter table transfers drop constraint transfers_to_account_fkey`],
    mariadb: [sql`alter table transfers drop foreign key transfers_to_fk`],
  }),
  lost("a column's type changed", /^column (public\.)?numbered_4\.note is defined otherwise/, {
    postgres: [sql`alter table numbered_4 alter note type varchar(300)`],
    mariadb: [sql`alter table numbered_4 modify note varchar(300)`],
  }),
  lost("a table's counter behind", /^counter (public\.)?numbered_1(_id_seq)? gives 4 next in the copy, and stood at 5/, {
    postgres: [sql`select setval('numbered_1_id_seq', 4, false)`],
    mariadb: [sql`alter table numbered_1 auto_increment = 4`],
  }),
  lost("a primary key missing", /numbered_6(\.PRIMARY|_pkey)/, {
    postgres: [sql`alter table numbered_6 drop constraint numbered_6_pkey`],
    mariadb: [sql`alter table numbered_6 modify id bigint not null, drop primary key`],
  }),
];

function lost(title: string, says: RegExp, onCopy: PerEngine<readonly Sql[]>): Mutant {
  return { title, state: "FAILED", says, onCopy };
}
