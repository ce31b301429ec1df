-- Projects get a version, as tasks have; requests that carry an Idempotency-Key are remembered for a day with their answer; the
-- due views get an index. Ids move on by themselves here when rows come with ids of their own.

alter table projects add column if not exists version integer not null default 1;

create table if not exists idempotency_keys (
  idempotency_key varchar(200) primary key,
  request_hash char(64) not null,
  answer mediumtext,
  created_at datetime(6) not null default current_timestamp(6)
) engine = InnoDB, character set = utf8mb4, collate = utf8mb4_nopad_bin;

create index if not exists idx_idempotency_keys_created on idempotency_keys (created_at);

create index if not exists idx_tasks_due on tasks (due_date, id);
