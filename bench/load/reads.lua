-- Draws a line of a file at random for every request: "path<TAB>entities expected at least<TAB>at most".
-- Counts answers that are not 200 or that hold too few or too many entities; prints one line of JSON at the end.

local lines, least, most, marker, token = {}, 0, 0, '"id":"urn:ngsi%-ld:Bench', nil
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  for line in io.lines(args[1]) do
    lines[#lines + 1] = line
  end
  least, most, token = tonumber(args[2]), tonumber(args[3]), args[4]
  wrk.headers["Host"] = "127.0.0.1"
  if token then
    wrk.headers["Authorization"] = "Bearer " .. token
  end
  math.randomseed(tonumber(args[5] or "1"))
  bad, found = 0, 0
end

function request()
  return wrk.format("GET", lines[math.random(#lines)])
end

function response(status, headers, body)
  local n, at = 0, 1
  while true do
    local _, stop = body:find(marker, at)
    if not stop then break end
    n, at = n + 1, stop + 1
  end
  found = found + n
  if status ~= 200 or n < least or n > most then
    bad = bad + 1
  end
end

function done(summary, latency, requests)
  local bad, found = 0, 0
  for _, thread in ipairs(threads) do
    bad, found = bad + thread:get("bad"), found + thread:get("found")
  end
  local e = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %f, "bad": %d, "found": %d, "errors": %d, "p99_us": %d}\n',
    summary.requests, summary.duration / 1e6, bad, found, e.connect + e.read + e.write + e.timeout,
    latency:percentile(99)))
end
