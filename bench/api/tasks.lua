-- What wrk sends, and what it prints at the end: one line of JSON. Arguments: get, list, page or post; first id; last id; seed; body of a POST.
-- Source: github.com/wg/wrk, SCRIPTING
local statuses = { "pending", "active", "complete", "archived" }
local send

local function get(first, last)
  return function()
    return wrk.format("GET", "/api/tasks/" .. math.random(first, last))
  end
end

local function list()
  return function()
    return wrk.format("GET", "/api/tasks?limit=20&status=" .. statuses[math.random(4)])
  end
end

local function page(first, last)
  return function()
    local behind = "%7B%22id%22%3A%7B%22gt%22%3A" .. math.random(first, last) .. "%7D%7D" -- {"id":{"gt":…}}
    return wrk.format("GET", "/api/tasks?limit=20&status=" .. statuses[math.random(4)] .. "&filter=" .. behind)
  end
end

local function post(_, _, body)
  local whole = wrk.format("POST", "/api/tasks", { ["Host"] = wrk.headers["Host"], ["Content-Type"] = "application/json" }, body)
  return function()
    return whole
  end
end

function init(args)
  math.randomseed(tonumber(args[4]))
  send = ({ get = get, list = list, page = page, post = post })[args[1]](tonumber(args[2]), tonumber(args[3]), args[5])
end

function request()
  return send()
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"micros":%d,"p50Micros":%d,"p99Micros":%d,"errors":{"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect, errors.read, errors.write, errors.status, errors.timeout
  ))
end
