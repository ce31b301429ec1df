-- The statements of a request, as src/app/store reads and writes on MariaDB, in the same transaction. Its options are below.
sysbench.cmdline.options = {
  case = { "get, list or post", "get" },
  first = { "first id", 1 },
  last = { "last id", 100000 },
  title = { "title of a new task", "" },
  description = { "description of a new task", "" },
  data = { "data of its event", "" },
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

local function list()
  local page = prepared("select " .. columns .. " from tasks where id > ? and status = ? order by id limit ?", { integer, text, integer })
  return function()
    page(0, statuses[sysbench.rand.uniform(1, 4)], 21)
  end
end

local function post()
  local name = prepared("set @request_id = ?", { text })
  -- As text: what sysbench 1.0 prepares as an insert must not return rows.
  local values = string.format("'%s', '%s', 'pending', 2", sysbench.opt.title, sysbench.opt.description)
  local task = "insert into tasks (title, description, status, priority) values (" .. values .. ") returning " .. columns
  local event = prepared("insert into events (request_id, kind, entity_id, data) values (?, ?, last_insert_id(), ?)", { text, text, text })
  return function()
    connection:query("start transaction")
    name("4ab18ab9ffef70d0d8172e6b4c4366bc")
    connection:query(task):free()
    event("4ab18ab9ffef70d0d8172e6b4c4366bc", "task.created", sysbench.opt.data)
    connection:query("commit")
  end
end

function thread_init()
  connection = sysbench.sql.driver():connect()
  connection:query("set session transaction isolation level read committed")
  act = ({ get = get, list = list, post = post })[sysbench.opt.case]()
end

function thread_done()
  connection:disconnect()
end

function event()
  act()
end
