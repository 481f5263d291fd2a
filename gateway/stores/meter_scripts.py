"""The scripts that Redis runs in one step: see `Meter` for their laws, `meter_redis.py` for their arguments.

A rate is a list of times, the newest first; slots are a sorted set of tickets by the end of their lease; a purse is a
hash (`spent`, `held`, `seeded`, and `x:TICKET`, what was charged for a lease that ended) and a sorted set of holds
`TICKET:AMOUNT` by the end of their lease. Times are microseconds of Redis' own clock, so that replicas need not agree
on theirs. Lua's numbers are doubles: `%.0f` writes them without an exponent, and all of ours are below 2^53.
"""

_TEXT = """
local function text(n) return string.format('%.0f', n) end
local function minus(amount) return text(0 - tonumber(amount)) end
"""

_NOW = (
    _TEXT
    + """
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000000 + tonumber(t[2])
"""
)

ENTER = (
    _NOW
    + """
local ticket, lease, reserve = ARGV[1], text(now + tonumber(ARGV[2])), ARGV[3]
local rates, slots, purses = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local out, passes, known, key, arg = {0, now}, true, true, 1, 7
for i = 1, rates do
  local most, window = tonumber(ARGV[arg]), tonumber(ARGV[arg + 1])
  local oldest = redis.call('LINDEX', KEYS[key], -1)
  while oldest and tonumber(oldest) <= now - window do
    redis.call('RPOP', KEYS[key])
    oldest = redis.call('LINDEX', KEYS[key], -1)
  end
  local used, wait = redis.call('LLEN', KEYS[key]), 0
  if used > most then oldest = redis.call('LINDEX', KEYS[key], most - 1) end
  if used > 0 then wait = tonumber(oldest) + window - now end
  if used >= most then passes = false end
  out[#out + 1], out[#out + 2] = used, wait
  key, arg = key + 1, arg + 2
end
for i = 1, slots do
  redis.call('ZREMRANGEBYSCORE', KEYS[key], '-inf', text(now))
  local open = redis.call('ZCARD', KEYS[key])
  if open >= tonumber(ARGV[arg]) then passes = false end
  out[#out + 1] = open
  key, arg = key + 1, arg + 1
end
for i = 1, purses do
  local money, holds = KEYS[key], KEYS[key + 1]
  local spent = redis.call('HGET', money, 'spent')
  if spent then
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', holds, '-inf', text(now), 'LIMIT', 0, 1000)) do
      local name, amount = string.match(member, '^(.*):(%d+)$')
      redis.call('ZREM', holds, member)
      redis.call('HINCRBY', money, 'held', minus(amount))
      redis.call('HINCRBY', money, 'spent', amount)
      redis.call('HSET', money, 'x:' .. name, amount)
    end
    spent = tonumber(redis.call('HGET', money, 'spent'))
    local held = tonumber(redis.call('HGET', money, 'held'))
    if ARGV[arg + 1] == '1' and spent + held >= tonumber(ARGV[arg]) then passes = false end
    out[#out + 1], out[#out + 2] = spent, held
  else
    known, out[#out + 1], out[#out + 2] = false, -1, 0
  end
  key, arg = key + 2, arg + 3
end
if not (passes and known) then return out end
out[1], key, arg = 1, 1, 7
for i = 1, rates do
  redis.call('LPUSH', KEYS[key], text(now))
  redis.call('PEXPIRE', KEYS[key], text(math.ceil(tonumber(ARGV[arg + 1]) / 1000) + 1000))
  key, arg = key + 1, arg + 2
end
for i = 1, slots do
  redis.call('ZADD', KEYS[key], lease, ticket)
  redis.call('PEXPIRE', KEYS[key], text(math.ceil(tonumber(ARGV[2]) / 1000) * 2))
  key, arg = key + 1, arg + 1
end
for i = 1, purses do
  redis.call('HINCRBY', KEYS[key], 'held', reserve)
  redis.call('ZADD', KEYS[key + 1], lease, ticket .. ':' .. reserve)
  redis.call('PEXPIREAT', KEYS[key + 1], ARGV[arg + 2])
  key, arg = key + 2, arg + 3
end
return out
"""
)

LEAVE = (
    _TEXT
    + """
local ticket, reserve, cost = ARGV[1], ARGV[2], ARGV[3]
local entered, written, slots, purses = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local key = 1
for i = 1, slots do
  redis.call('ZREM', KEYS[key], ticket)
  key = key + 1
end
for i = 1, purses do
  local money, holds = KEYS[key], KEYS[key + 1]
  local seeded = redis.call('HGET', money, 'seeded')
  if seeded then
    seeded = tonumber(seeded)
    local charged = redis.call('HGET', money, 'x:' .. ticket)
    if redis.call('ZREM', holds, ticket .. ':' .. reserve) == 1 then
      redis.call('HINCRBY', money, 'held', minus(reserve))
      redis.call('HINCRBY', money, 'spent', cost)
    elseif charged then
      redis.call('HINCRBY', money, 'spent', minus(charged))
      redis.call('HINCRBY', money, 'spent', cost)
      redis.call('HSET', money, 'x:' .. ticket, cost)
    elseif seeded > entered and not (written > 0 and written <= seeded) then
      redis.call('HINCRBY', money, 'spent', cost)
      redis.call('HSET', money, 'x:' .. ticket, cost)
    end
  end
  key = key + 2
end
"""
)

RENEW = (
    _NOW
    + """
local ticket, lease = ARGV[1], text(now + tonumber(ARGV[3]))
for i = 1, tonumber(ARGV[4]) do
  redis.call('ZADD', KEYS[i], lease, ticket)
  redis.call('PEXPIRE', KEYS[i], text(math.ceil(tonumber(ARGV[3]) / 1000) * 2))
end
for i = tonumber(ARGV[4]) + 1, #KEYS do
  redis.call('ZADD', KEYS[i], 'XX', lease, ticket .. ':' .. ARGV[2])
end
"""
)

SEED = (
    _NOW
    + """
if redis.call('HEXISTS', KEYS[1], 'spent') == 1 then return end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[1], 'spent', ARGV[1], 'held', '0', 'seeded', text(now))
redis.call('PEXPIREAT', KEYS[1], ARGV[2])
"""
)
