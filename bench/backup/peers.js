// What people run today, with its usual options. Each ends with 0 or the bench fails; what it wrote is measured and removed.
import { join } from "node:path";

/** Commands of a shell, since each is what one types. `$OUT` is where the peer writes, `$DB` the database. */
export const peers = {
  postgres: ({ port }) => ({
    env: { PGHOST: "127.0.0.1", PGPORT: String(port), PGUSER: "chief" },
    dumps: {
      "pg_dump -Fd -j2": "pg_dump -Fd -j2 -f $OUT $DB",
      "pg_dump -Fd -j2 -Z1": "pg_dump -Fd -j2 -Z1 -f $OUT $DB",
      pg_basebackup: "pg_basebackup --checkpoint=fast -D $OUT",
    },
    /** The first is what a restore is compared with. */
    restores: { "pg_restore -j2": { from: "pg_dump -Fd -j2", command: "createdb $NEW && pg_restore -j2 -d $NEW $OUT" } },
  }),
  mariadb: ({ port, root }) => ({
    env: {},
    optionFile: join(root, "peer.cnf"),
    options: `[client]\nhost = 127.0.0.1\nport = ${port}\nuser = chief\n`,
    dumps: {
      "mariadb-dump | zstd -3": "mariadb-dump --defaults-file=$CNF --single-transaction --routines --triggers --events $DB | zstd -3 -q -o $OUT",
      "mydumper -t 2 -c": "mydumper --defaults-file=$CNF -t 2 -c -B $DB -o $OUT",
    },
    restores: {
      "mariadb < dump": {
        from: "mariadb-dump | zstd -3",
        command: 'mariadb --defaults-file=$CNF -e "create database $NEW" && zstd -dcq $OUT | mariadb --defaults-file=$CNF $NEW',
      },
    },
  }),
};
