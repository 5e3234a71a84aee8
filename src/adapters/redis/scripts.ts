/*
 * What is done inside Redis in one step. All keys of a script lie in one bucket, hence in one slot.
 *
 * `generations` is a hash: a field for each scope that has been invalidated, and under the empty name
 * an epoch, the time at which the hash was made. When it is lost (flushed, evicted, expired), the
 * next one has another epoch, so that nothing which was written before passes for current.
 *
 * `lease` is a hash: the newest token, until when it is held (microseconds), whether somebody waits,
 * and when the entry was last removed. It outlives the lease, so that late writes are known as such.
 */

/** Longest that the bookkeeping is kept without being touched: 30 days; nothing may live longer. */
const KEEP_MS = 30 * 86_400_000;
/** How long after a lease or a removal late writes are still refused: 15 minutes, more than a call may take. */
const FENCE_MS = 900_000;
/** More scopes than that are no scopes any more; the hash is begun anew, which voids the bucket. */
const MAX_SCOPES = 10_000;
/** Entries of a bucket that `recent` knows: as many as `cache.warmEntries` may ask for. */
const NEWEST_PER_BUCKET = 10_000;

const NOW_US = `local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]`;

const LOOKUP = `
local time = redis.call('TIME')
local generations = redis.pcall('HMGET', KEYS[2], '', unpack(ARGV, 2))
if generations.err then
  redis.call('DEL', KEYS[2])
  generations = redis.call('HMGET', KEYS[2], '', unpack(ARGV, 2))
end
if not generations[1] then
  local epoch = time[1] .. '.' .. time[2]
  local made = redis.pcall('HSET', KEYS[2], '', epoch)
  if type(made) == 'table' then return made end
  redis.call('PEXPIRE', KEYS[2], ${KEEP_MS})
  generations[1] = epoch
end
local entry = redis.pcall('GETRANGE', KEYS[1], 0, ARGV[1])
if type(entry) == 'table' then entry = '?' end
return {time[1], time[2], entry, unpack(generations, 1, #ARGV)}`;

const WRITE = `
local generations = redis.call('HMGET', KEYS[2], '', unpack(ARGV, 7))
for at = 1, #generations do generations[at] = generations[at] or '0' end
if table.concat(generations, ',') ~= ARGV[6] then return 'void' end
local lease = redis.call('HMGET', KEYS[3], 'token', 'removed')
if ARGV[4] ~= '' and lease[1] and tonumber(lease[1]) > tonumber(ARGV[4]) then return 'fenced' end
if lease[2] and tonumber(lease[2]) >= tonumber(ARGV[2]) then return 'void' end
local time = redis.call('TIME')
local age = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[2]
local left = math.min(math.floor(ARGV[3] - age), ${KEEP_MS})
if left < 1 then return 'over' end
local there = redis.pcall('ZSCORE', KEYS[4], ARGV[5])
if type(there) == 'string' and tonumber(there) > tonumber(ARGV[2]) and redis.call('EXISTS', KEYS[1]) == 1 then return 'older' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', left)
redis.call('ZADD', KEYS[4], ARGV[2], ARGV[5])
redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -${NEWEST_PER_BUCKET + 1})
redis.call('PEXPIRE', KEYS[4], ${KEEP_MS})
redis.call('PEXPIRE', KEYS[2], ${KEEP_MS})
return 'kept'`;

const INVALIDATE = `
for at = 1, #ARGV do
  local count = redis.pcall('HINCRBY', KEYS[1], ARGV[at], 1)
  if type(count) == 'table' then
    redis.call('DEL', KEYS[1])
    return 'all'
  end
end
if redis.call('HLEN', KEYS[1]) > ${MAX_SCOPES} then
  redis.call('DEL', KEYS[1])
  return 'all'
end
redis.call('PEXPIRE', KEYS[1], ${KEEP_MS})
return 'some'`;

const REMOVE = `
redis.call('UNLINK', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
local time = redis.call('TIME')
local ms = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.pcall('HSET', KEYS[3], 'removed', ms)
redis.call('PEXPIRE', KEYS[3], math.max(redis.call('PTTL', KEYS[3]), ${FENCE_MS}))
return 'removed'`;

const LEASE = `
${NOW_US}
local lease = redis.call('HMGET', KEYS[1], 'token', 'until')
if lease[2] and tonumber(lease[2]) > now then
  redis.pcall('HSET', KEYS[1], 'awaited', '1')
  return false
end
local token = string.format('%.0f', math.max(now, (tonumber(lease[1]) or 0) + 1))
local till = string.format('%.0f', now + ARGV[1] * 1000)
redis.call('HSET', KEYS[1], 'token', token, 'until', till, 'awaited', '0')
redis.call('PEXPIRE', KEYS[1], ARGV[1] + ${FENCE_MS})
return token`;

const RELEASE = `
local lease = redis.call('HMGET', KEYS[1], 'token', 'awaited')
if lease[1] ~= ARGV[1] then return 'lost' end
redis.call('HDEL', KEYS[1], 'until')
if lease[2] == '1' then redis.call('PUBLISH', ARGV[2], ARGV[3]) end
return 'released'`;

const HELD = `
${NOW_US}
local till = tonumber(redis.call('HGET', KEYS[1], 'until') or 0)
if till <= now then return 0 end
redis.pcall('HSET', KEYS[1], 'awaited', '1')
return math.ceil((till - now) / 1000)`;

/** The scripts, as ioredis takes them. */
export const SCRIPTS = {
  sbLookup: { lua: LOOKUP, numberOfKeys: 2 },
  sbWrite: { lua: WRITE, numberOfKeys: 4 },
  sbInvalidate: { lua: INVALIDATE, numberOfKeys: 1 },
  sbRemove: { lua: REMOVE, numberOfKeys: 3 },
  sbLease: { lua: LEASE, numberOfKeys: 1 },
  sbRelease: { lua: RELEASE, numberOfKeys: 1 },
  sbHeld: { lua: HELD, numberOfKeys: 1 },
} as const;

type Word = string | number | Uint8Array;

/** The scripts as commands of a client: keys first, then arguments. */
export interface ScriptCommands {
  /** entry, generations; most bytes, scopes… → seconds, microseconds, entry, epoch, generations… */
  sbLookupBuffer(...words: readonly Word[]): Promise<(Buffer | null)[]>;
  /** entry, generations, lease, newest; record, asked at, life in ms, fence, key, generations, scopes… */
  sbWrite(...words: readonly Word[]): Promise<"kept" | "void" | "fenced" | "over" | "older">;
  /** generations; scopes… */
  sbInvalidate(...words: readonly Word[]): Promise<"all" | "some">;
  /** entry, newest, lease; key */
  sbRemove(...words: readonly Word[]): Promise<string>;
  /** lease; ms → token, or null where it is held */
  sbLease(...words: readonly Word[]): Promise<string | null>;
  /** lease; token, channel, message */
  sbRelease(...words: readonly Word[]): Promise<string>;
  /** lease → ms that it is still held */
  sbHeld(...words: readonly Word[]): Promise<number>;
}
