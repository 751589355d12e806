/**
 * Every change of what is in Redis: one Lua script each, so that nobody sees half of it. A script first lets go
 * whose time is over, and tells every process that has members in the room of each change as it makes it, so that
 * versions are published in their order. All keys of a room share a hash tag, and no script touches two rooms.
 */
import { createHash } from 'node:crypto';

export interface Script {
  readonly source: string;
  /** SHA-1, by which Redis remembers it. */
  readonly digest: string;
}

const script = (source: string): Script => ({
  source,
  digest: createHash('sha1').update(source).digest('hex'),
});

const CLOCK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function digits(n) return string.format('%.0f', n) end
`;

/** A member is "node|stamp|order|away|hello|role", all but the last without a "|". */
const ROOM = `${CLOCK}
local members, leases, about = KEYS[1], KEYS[2], KEYS[3]
local room, prefix, random = ARGV[1], ARGV[2], ARGV[3]
local epoch, version, capacity, lock, last, nodes = random, 0, 0, '', 0, {}
local moderators, banned = {}, {}
local function list(text)
  local all = {}
  for one in string.gmatch(text, '[^,]+') do all[#all + 1] = one end
  return all
end
local known = redis.call('HGETALL', about)
local changed = false
if #known == 0 then redis.call('DEL', members, leases) end
for i = 1, #known, 2 do
  local name, value = known[i], known[i + 1]
  if name == 'epoch' then epoch = value
  elseif name == 'version' then version = tonumber(value)
  elseif name == 'capacity' then capacity = tonumber(value)
  elseif name == 'lock' then lock = value
  elseif name == 'last' then last = tonumber(value)
  elseif name == 'moderators' then moderators = list(value)
  elseif name == 'banned' then banned = list(value)
  else nodes[string.sub(name, 3)] = tonumber(value) end
end

local function identity(id) return string.sub(id, 1, 43) end
local function position(all, one)
  for i, other in ipairs(all) do if other == one then return i end end
  return nil
end

local function get(id)
  local value = redis.call('HGET', members, id)
  if not value then return nil end
  local node, stamp, order, away, hello, role =
    string.match(value, '^([^|]*)|(%d+)|(%d+)|(%d)|([^|]*)|(.*)$')
  return { node = node, stamp = tonumber(stamp), order = tonumber(order), away = away, hello = hello, role = role }
end

local function put(id, m, lease)
  local parts = { m.node, digits(m.stamp), digits(m.order), m.away, m.hello, m.role }
  redis.call('HSET', members, id, table.concat(parts, '|'))
  redis.call('ZADD', leases, digits(now + lease), id)
end

local function say(...)
  version = version + 1
  changed = true
  local text = table.concat({ 'c', room, epoch, digits(version), ... }, '|')
  for node, count in pairs(nodes) do
    if count > 0 then redis.call('PUBLISH', prefix .. 'node:' .. node, text) end
  end
end

local function count(node, by) nodes[node] = (nodes[node] or 0) + by end

local function remove(id, m, reason)
  say('-', id, reason)
  redis.call('HDEL', members, id)
  redis.call('ZREM', leases, id)
  count(m.node, -1)
end

local function finish(...)
  if redis.call('HLEN', members) == 0 then
    redis.call('DEL', members, leases, about)
  else
    if changed then
      local fields = {
        'epoch', epoch, 'version', digits(version), 'capacity', digits(capacity), 'lock', lock, 'last', digits(last),
        'moderators', table.concat(moderators, ','), 'banned', table.concat(banned, ',')
      }
      for node, n in pairs(nodes) do
        if n > 0 then
          fields[#fields + 1] = 'n:' .. node
          fields[#fields + 1] = digits(n)
        end
      end
      redis.call('DEL', about)
      redis.call('HSET', about, unpack(fields))
    end
    local latest = redis.call('ZREVRANGE', leases, 0, 0, 'WITHSCORES')
    local rest = digits(tonumber(latest[2]) - now + 60000)
    for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, rest) end
  end
  return { ... }
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', digits(now))) do
  local m = get(id)
  if m then remove(id, m, 'lost') else redis.call('ZREM', leases, id) end
end
`;

/**
 * room prefix random | id hello role node stamp entry capacity lease away order lock
 * → what became of it, epoch, version, capacity, whether it made the room, all members; of a refusal the first four.
 * `order` 0 is the next; any other says again what Redis has forgotten, and with it who the moderators are. Who is in already by the same connection is told the same again.
 */
const JOIN = script(`${ROOM}
local id, hello, role, node, stamp = ARGV[4], ARGV[5], ARGV[6], ARGV[7], tonumber(ARGV[8])
local entry, wanted, lease, away, order = ARGV[9], tonumber(ARGV[10]), tonumber(ARGV[11]), ARGV[12], tonumber(ARGV[13])
local key = ARGV[14]
local own = get(id)
local function refuse(why) return finish(why, epoch, digits(version), digits(capacity)) end
local function accept(created)
  return finish('in', epoch, digits(version), digits(capacity), created, redis.call('HGETALL', members))
end
if own and own.stamp > stamp then return refuse('replaced') end
if position(banned, identity(id)) then return refuse('kicked') end
if own and own.hello == hello then
  local before = own.node
  local same = before == node and own.stamp == stamp
  own.node, own.stamp, own.away, own.role = node, stamp, away, role
  put(id, own, lease)
  if not same then
    count(node, 1)
    say('>', id, node, digits(stamp), entry == 'create' and '1' or '0', role)
    count(before, -1)
  end
  return accept(entry == 'create' and '1' or '0')
end
if own then remove(id, own, 'lost') end
local created = '0'
local size = redis.call('HLEN', members)
if size == 0 then
  if entry == 'join' then return refuse('room-missing') end
  capacity, lock, created = wanted, key, '1'
  moderators, banned = {}, {}
  if order == 0 then moderators = { identity(id) } end
elseif entry == 'create' then return refuse('room-exists')
elseif lock ~= key then return refuse('wrong-password')
elseif size >= capacity then return refuse('room-full') end
if order == 0 then order = last + 1 end
last = math.max(last, order)
put(id, { node = node, stamp = stamp, order = order, away = away, hello = hello, role = role }, lease)
count(node, 1)
say('+', id, node, digits(stamp), digits(order), created, digits(capacity), hello, role)
return accept(created)
`);

/**
 * room prefix random | node lease epoch version, and id stamp of every member of that node
 * → 'ok', epoch, version, capacity, those who are not in any more, all members unless that version is known.
 * A version from the future means that Redis has forgotten something: what follows is a new epoch.
 */
const REFRESH = script(`${ROOM}
local node, lease, itsEpoch, itsVersion = ARGV[4], tonumber(ARGV[5]), ARGV[6], tonumber(ARGV[7])
local lost = {}
for i = 8, #ARGV, 2 do
  local own = get(ARGV[i])
  if not own or own.node ~= node or digits(own.stamp) ~= ARGV[i + 1] then lost[#lost + 1] = ARGV[i]
  elseif own.away == '0' then redis.call('ZADD', leases, digits(now + lease), ARGV[i]) end
end
if itsEpoch == epoch and itsVersion > version then
  epoch, changed = random, true
end
local all = {}
if itsEpoch ~= epoch or itsVersion ~= version then all = redis.call('HGETALL', members) end
return finish('ok', epoch, digits(version), digits(capacity), lost, all)
`);

/** room prefix random | id stamp reason */
const LEAVE = script(`${ROOM}
local own = get(ARGV[4])
if own and digits(own.stamp) == ARGV[5] then remove(ARGV[4], own, ARGV[6]) end
return finish('ok')
`);

/** room prefix random | id stamp milliseconds */
const AWAY = script(`${ROOM}
local own = get(ARGV[4])
if own and digits(own.stamp) == ARGV[5] then
  own.away = '1'
  put(ARGV[4], own, tonumber(ARGV[6]))
end
return finish('ok')
`);

/** room prefix random | id stamp, whether its token makes it a moderator, most of either list, kick|appoint, id, ban */
const MODERATE = script(`${ROOM}
local own, from, whom = get(ARGV[4]), identity(ARGV[4]), identity(ARGV[9])
local most = tonumber(ARGV[7])
local may = own and digits(own.stamp) == ARGV[5] and (ARGV[6] == '1' or position(moderators, from))
if not may then return finish('ok') end
if ARGV[8] == 'appoint' then
  if not position(moderators, whom) and #moderators < most then
    moderators[#moderators + 1] = whom
    changed = true
  end
  return finish('ok')
end
if whom == from or whom == moderators[1] then return finish('ok') end
local ban = ARGV[10] == '1'
if ban then
  local at = position(moderators, whom)
  if at then table.remove(moderators, at) end
  if not position(banned, whom) then banned[#banned + 1] = whom end
  if #banned > most then table.remove(banned, 1) end
  changed = true
end
for _, id in ipairs(redis.call('HKEYS', members)) do
  if id == ARGV[9] or (ban and identity(id) == whom) then remove(id, get(id), 'kicked') end
end
return finish('ok')
`);

/** room prefix random */
const CLOSE = script(`${ROOM}
say('x')
redis.call('DEL', members, leases, about)
return { 'ok' }
`);

/**
 * The cluster's own key, which tells whether Redis still knows what it knew.
 * random known-epoch milliseconds alone channel → epoch, milliseconds until joins may go on.
 * Where it is empty and should not be, everyone has that long to say again who is where, before others take the seats.
 */
const CHECK_IN = script(`${CLOCK}
local key, random, known, patience, alone, channel = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local found = redis.call('HMGET', key, 'epoch', 'since', 'open')
local epoch, since, open = found[1], tonumber(found[2] or now), tonumber(found[3] or now)
local before = open
if not epoch then
  epoch = random
  if known ~= '' or alone == '0' then open = now + patience end
elseif known ~= '' and known ~= epoch and now < since + patience then
  open = since + patience
end
redis.call('HSET', key, 'epoch', epoch, 'since', digits(since), 'open', digits(open))
redis.call('PEXPIRE', key, 86400000)
local left = digits(math.max(0, open - now))
if open > before then redis.call('PUBLISH', channel, 'r|' .. left) end
return { epoch, left }
`);

/** id channel node → a number that is higher than any before: time, so that it stays so where Redis forgets. */
const ENTER = script(`${CLOCK}
local stamp = digits(math.max(now, tonumber(redis.call('HGET', KEYS[1], 'stamp') or 0) + 1))
redis.call('HSET', KEYS[1], 'stamp', stamp)
redis.call('PEXPIRE', KEYS[1], 86400000)
redis.call('PUBLISH', ARGV[2], table.concat({ 'e', ARGV[1], stamp, ARGV[3] }, '|'))
return stamp
`);

export const SCRIPTS = {
  join: JOIN,
  refresh: REFRESH,
  leave: LEAVE,
  away: AWAY,
  moderate: MODERATE,
  close: CLOSE,
  checkIn: CHECK_IN,
  enter: ENTER,
} as const;

/** Names in Redis. Everything of a room has the room as its hash tag: in a Redis Cluster it is all in one place. */
export class Names {
  readonly cluster: string;
  /** Where everybody listens. */
  readonly everyone: string;
  readonly channels: string;
  #prefix: string;

  /**
   * @param prefix of every key
   * @param database number; databases share their channels
   */
  constructor(prefix: string, database: number) {
    this.#prefix = prefix;
    this.cluster = `${prefix}{cluster}`;
    this.channels = `${prefix}${database}:`;
    this.everyone = `${this.channels}all`;
  }

  room(room: string): readonly string[] {
    return ['members', 'leases', 'about'].map((part) => `${this.#prefix}{${room}}:${part}`);
  }

  node(node: string): string {
    return `${this.channels}node:${node}`;
  }
}
