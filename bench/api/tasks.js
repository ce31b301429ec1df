// Tasks to ask for: the same rows at each run, made by the server itself and owned by the schema's owner. The peer has a copy
// of the table in the same database, so that server, settings, role and rows are equal; its copy has no foreign key.
import { sql } from "../../dist/foundation/sql.js";

const projects = 10;

const columns = sql`title, description, status, priority, due_date, project_id, assigned_to, completed_at`;

/** What only one engine writes so. */
const words = {
  postgres: {
    rows: (count) => sql`
      select
        concat('Task ', n, ' of the benchmark'),
        concat('A description of ordinary length, different in each row: ', md5(n::text)),
        (array['pending', 'active', 'complete', 'archived'])[1 + n % 4],
        n % 4,
        timestamptz '2026-01-01 09:00:00Z' + n % 365 * interval '1 day',
        1 + n % ${projects},
        concat('person', n % 50),
        case when n % 4 = 2 then timestamptz '2026-01-02 09:00:00Z' end
      from generate_series(1, ${count}::integer) as n`,
    copyTable: sql`create table peer_tasks (like tasks including all)`,
    settle: [
      sql`select setval(pg_get_serial_sequence('peer_tasks', 'id'), max(id)) as last from peer_tasks`,
      sql`vacuum analyze tasks`,
      sql`vacuum analyze peer_tasks`,
    ],
  },
  mariadb: {
    rows: (count) => sql`
      select
        concat('Task ', seq, ' of the benchmark'),
        concat('A description of ordinary length, different in each row: ', md5(seq)),
        elt(1 + seq % 4, 'pending', 'active', 'complete', 'archived'),
        seq % 4,
        timestamp '2026-01-01 09:00:00' + interval seq % 365 day,
        1 + seq % 10,
        concat('person', seq % 50),
        if(seq % 4 = 2, timestamp '2026-01-02 09:00:00', null)
      from ${sql.id(`seq_1_to_${count}`)}`,
    copyTable: sql`create table peer_tasks like tasks`,
    settle: [sql`analyze table tasks`, sql`analyze table peer_tasks`],
  },
};

/**
 * Fills a fresh house and copies its tasks.
 * @returns {Promise<{ readonly first: number, readonly last: number }>} the ids, without a gap
 */
export async function loadTasks(house, count) {
  const { rows, copyTable, settle } = words[house.engine.name];
  const session = await house.engine.driver.connect({ ...house.logins.owner, statementTimeoutMs: 600_000 });
  try {
    for (let id = 1; id <= projects; id++) await session.run(sql`insert into projects (id, name) values (${id}, ${`Project ${id}`})`);
    await session.run(sql`insert into tasks (${columns}) ${rows(count)}`);
    await session.run(copyTable);
    await session.run(sql`insert into peer_tasks select * from tasks order by id`);
    for (const statement of settle) await session.all(statement);
    const [range] = await session.all(sql`select min(id) as first, max(id) as last, count(*) as found from peer_tasks`);
    if (range.found !== count || range.last - range.first + 1 !== count)
      throw new Error(`ids ${range.first} to ${range.last} for ${range.found} tasks`);
    return range;
  } finally {
    await session[Symbol.asyncDispose]();
  }
}
