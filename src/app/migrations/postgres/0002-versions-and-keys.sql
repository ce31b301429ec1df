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

-- A sequence cannot be set and drawn from in one step. Ids are therefore drawn one by one up to a million of them; beyond that it is
-- set, and to go back it would have to be drawn from a million times between two lines. The lock is for another call of this function;
-- it is the session's, since the transaction's would last as long as an import does.
create function advance_ids(of_table text, newest integer) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  ids regclass := pg_get_serial_sequence(case of_table when 'tasks' then 'public.tasks' when 'projects' then 'public.projects' end, 'id');
  turn bigint := hashtextextended('rowhouse advance_ids', 0);
  ahead bigint;
begin
  perform pg_advisory_lock(turn);
  begin
    ahead := newest - coalesce(pg_sequence_last_value(ids), 0);
    if ahead > 1000000 then
      perform setval(ids, newest);
    elsif ahead > 0 then
      perform nextval(ids) from generate_series(1, ahead);
    end if;
  exception when query_canceled or others then
    perform pg_advisory_unlock(turn);
    raise;
  end;
  perform pg_advisory_unlock(turn);
end
$$;

revoke all on function advance_ids(text, integer) from public;
