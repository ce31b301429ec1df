-- The statements of a request, as src/app/store reads and writes on MariaDB, in the same transaction. Its options are below.
sysbench.cmdline.options = {
  case = { "get, list, page or post", "get" },
  first = { "first id", 1 },
  last = { "last id", 100000 },
  title = { "title of a new task", "" },
  description = { "description of a new task", "" },
}

local columns = "id, title, description, status, priority, is_active, due_date, created_at, project_id, assigned_to, updated_at, completed_at, version"
local statuses = { "pending", "active", "complete", "archived" }
local integer, text = sysbench.sql.type.INT, sysbench.sql.type.VARCHAR
local connection, act

-- Prepares a statement and returns what binds its values and runs it. A value is a number, or a text of at most 500 bytes.
local function prepared(statement, kinds)
  local handle, values = connection:prepare(statement), {}
  local has_rows = statement:find("^select")
  for at, kind in ipairs(kinds) do
    values[at] = kind == text and handle:bind_create(kind, 500) or handle:bind_create(kind)
  end
  handle:bind_param(unpack(values))
  return function(...)
    for at, value in ipairs({ ... }) do
      values[at]:set(value)
    end
    local result = handle:execute()
    if has_rows then result:free() end -- sysbench 1.0 crashes on freeing what has no rows
  end
end

local function get()
  local one = prepared("select " .. columns .. " from tasks where id = ?", { integer })
  return function()
    one(sysbench.rand.uniform(sysbench.opt.first, sysbench.opt.last))
  end
end

local function listed()
  return prepared("select " .. columns .. " from tasks where id > ? and status = ? order by id limit ?", { integer, text, integer })
end

local function list()
  local read = listed()
  return function()
    read(0, statuses[sysbench.rand.uniform(1, 4)], 21)
  end
end

local function page()
  local read = listed()
  return function()
    read(sysbench.rand.uniform(sysbench.opt.first, sysbench.opt.last), statuses[sysbench.rand.uniform(1, 4)], 21)
  end
end

-- src/app/store/mariadb/task-statements.ts, prepared as there, but for `returning entity_id as id, data as json` behind the event:
-- sysbench 1.0 cannot read rows that a body sends and then another result. The server makes the JSON all the same.
local adding = [[
begin not atomic
  declare exit handler for sqlexception begin rollback; resignal; end;
  set @request_id = ?;
  start transaction;
  insert into tasks (title, description, status, priority) values (?, ?, ?, ?);
  insert into events (request_id, kind, entity_id, data) values (
    @request_id,
    'task.created',
    last_insert_id(),
    (select concat(
      '{"id":', tasks.id,
      ',"title":', json_quote(tasks.title),
      ',"description":', coalesce(json_quote(tasks.description), 'null'),
      ',"status":', json_quote(tasks.status),
      ',"priority":', coalesce(tasks.priority, 0),
      ',"is_active":', if(tasks.is_active = 0, 'false', 'true'),
      ',"due_date":', coalesce(concat('"', insert(concat(tasks.due_date, 'Z"'), 11, 1, 'T')), 'null'),
      ',"project_id":', coalesce(tasks.project_id, 'null'),
      ',"assigned_to":', coalesce(json_quote(tasks.assigned_to), 'null'),
      ',"created_at":"', insert(concat(coalesce(tasks.created_at, tasks.updated_at), 'Z"'), 11, 1, 'T'),
      ',"updated_at":"', insert(concat(tasks.updated_at, 'Z"'), 11, 1, 'T'),
      ',"completed_at":', coalesce(concat('"', insert(concat(tasks.completed_at, 'Z"'), 11, 1, 'T')), 'null'),
      ',"version":', tasks.version,
      '}') from tasks where tasks.id = last_insert_id())
  );
  commit;
end]]

local function post()
  local add = prepared(adding, { text, text, text, text, integer })
  return function()
    add("4ab18ab9ffef70d0d8172e6b4c4366bc", sysbench.opt.title, sysbench.opt.description, "pending", 2)
  end
end

function thread_init()
  connection = sysbench.sql.driver():connect()
  connection:query("set session transaction isolation level read committed")
  act = ({ get = get, list = list, page = page, post = post })[sysbench.opt.case]()
end

function thread_done()
  connection:disconnect()
end

function event()
  act()
end
