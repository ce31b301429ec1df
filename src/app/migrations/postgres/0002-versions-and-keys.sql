-- Projects get a version, as tasks have; requests that carry an Idempotency-Key are remembered for a day with their answer; the
-- due views get an index. The function is how the application moves the ids on after it imported rows with ids of their own
-- (T18): it may call it, and so only ever move them forward, without the right to set a sequence.

alter table projects add column version integer not null default 1;

create table idempotency_keys (
  idempotency_key varchar(200) primary key,
  request_hash char(64) not null,
  answer text,
  created_at timestamptz(6) not null default current_timestamp
);

create index idx_idempotency_keys_created on idempotency_keys (created_at);

create index idx_tasks_due on tasks (due_date, id);

create function advance_ids() returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  select setval(pg_get_serial_sequence('public.tasks', 'id'), greatest((select coalesce(max(id), 1) from public.tasks), nextval(pg_get_serial_sequence('public.tasks', 'id'))));
  select setval(pg_get_serial_sequence('public.projects', 'id'), greatest((select coalesce(max(id), 1) from public.projects), nextval(pg_get_serial_sequence('public.projects', 'id'))));
$$;

revoke all on function advance_ids() from public;
