-- Sends what requests_file.py prepared: ranks, and after a lag each event's reward.
-- Arguments: the file, the prefix of event ids, the lag (or -1: no rewards).

local GAP = string.rep("@", 16)
local ranks, reward = {}, nil
local prefix, lag = "", -1
local ranked, rewarded = 0, 0

local function parts(template)
  local first, last = template:find(GAP, 1, true)
  return { template:sub(1, first - 1), template:sub(last + 1) }
end

local function filled(template, number)
  local digits = #GAP - #prefix
  return template[1] .. prefix .. string.format("%0" .. digits .. "d", number) .. template[2]
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for template in file:read("*a"):gmatch("[^\1]+") do
    ranks[#ranks + 1] = parts(template)
  end
  file:close()
  reward = table.remove(ranks)
  prefix, lag = args[2], tonumber(args[3])
end

function request()
  if lag >= 0 and ranked - rewarded > lag then
    rewarded = rewarded + 1
    return filled(reward, rewarded - 1)
  end
  ranked = ranked + 1
  return filled(ranks[(ranked - 1) % #ranks + 1], ranked - 1)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "errors": %d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e6, latency:percentile(99) / 1e6,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
