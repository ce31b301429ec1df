-- Projects, tasks, the event of each write, and the one row that readiness writes to. Columns and defaults of tasks are the
-- course chapter's. Runs as the owner; its twin for the other engine has the same number. Each statement may be repeated,
-- since DDL commits by itself here. DATETIME, not TIMESTAMP: the latter ends in 2038 and may change by itself.

create table if not exists projects (
  id integer auto_increment primary key,
  name varchar(100) not null,
  created_at datetime(6) default current_timestamp(6)
) engine = InnoDB, character set = utf8mb4, collate = utf8mb4_nopad_bin;

create unique index if not exists idx_projects_name on projects (name);

create table if not exists tasks (
  id integer auto_increment primary key,
  title varchar(200) not null,
  description text,
  status varchar(20) not null default 'pending',
  priority integer default 0,
  is_active boolean default true,
  due_date datetime(6) null,
  created_at datetime(6) default current_timestamp(6),
  project_id integer,
  assigned_to varchar(100),
  updated_at datetime(6) not null default current_timestamp(6),
  completed_at datetime(6) null,
  version integer not null default 1,
  constraint chk_status check (status in ('pending', 'active', 'complete', 'archived')),
  index idx_tasks_project (project_id, id),
  constraint fk_tasks_project foreign key (project_id) references projects (id) on delete restrict
) engine = InnoDB, character set = utf8mb4, collate = utf8mb4_nopad_bin;

create index if not exists idx_tasks_status on tasks (status, id);

create table if not exists events (
  id bigint auto_increment primary key,
  at datetime(6) not null default current_timestamp(6),
  request_id varchar(64),
  kind varchar(40) not null,
  entity_id integer not null,
  data json
) engine = InnoDB, character set = utf8mb4, collate = utf8mb4_nopad_bin;

create index if not exists idx_events_entity on events (entity_id);

create table if not exists write_probe (
  id integer primary key,
  checked_at datetime(6) not null default current_timestamp(6)
) engine = InnoDB, character set = utf8mb4, collate = utf8mb4_nopad_bin;

insert ignore into write_probe (id) values (1);
