-- Sends the requests of a file (one a line: method, path, header, its value, body; tabs between) in
-- order, over and over, each formatted once before the clock starts. Prints one line of figures.

local requests = {}
local n = 0

function init(args)
  for line in io.lines(args[1]) do
    local method, path, header, value, body = line:match("^(.-)\t(.-)\t(.-)\t(.-)\t(.*)$")
    local headers = {}
    if header ~= "" then headers[header] = value end
    if body == "" then
      body = nil
    else
      headers["Content-Type"] = "application/json"
    end
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
  if args[2] == "show-errors" then
    local shown = 0
    function response(status, _, text)
      if status >= 300 and shown < 3 then
        shown = shown + 1
        io.write("refused: ", status, " ", text, "\n")
      end
    end
  end
end

function request()
  n = n + 1
  if n > #requests then n = 1 end
  return requests[n]
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format("figures %d %d %d %d %d %d %d %d\n", summary.requests, summary.duration,
    summary.bytes, latency:percentile(50), latency:percentile(99), latency.max, e.status,
    e.connect + e.read + e.write + e.timeout))
end
