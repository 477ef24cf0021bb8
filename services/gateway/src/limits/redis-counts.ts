import { randomBytes } from 'node:crypto'
import type { CountLine, HeardCounts, ToldCounts } from './count-line.ts'
import { RedisLine, type RedisLineOptions } from './redis-line.ts'

/**
 * Writes this gateway's own counts and reads the totals of all gateways. Each count is a hash with a field for each
 * gateway. Writing it again changes nothing, so an exchange that failed is repeated. The first key is a mark that
 * exists until Redis is flushed.
 *
 * KEYS: mark, counts … · ARGV: a new mark, the field, then own count and time to live in ms for each count.
 */
const COUNT_SCRIPT = `
redis.call('SET', KEYS[1], ARGV[1], 'NX')
local reply = { redis.call('GET', KEYS[1]) }
for i = 2, #KEYS do
  redis.call('HSET', KEYS[i], ARGV[2], ARGV[2 * i - 1])
  redis.call('PEXPIRE', KEYS[i], ARGV[2 * i])
  local total = 0
  for _, count in ipairs(redis.call('HVALS', KEYS[i])) do total = total + tonumber(count) end
  reply[i] = total
end
return reply`

/** Counts that come together in Redis. */
export class RedisCounts implements CountLine {
  readonly #line: RedisLine
  /** The braces keep all keys on one node of a Redis cluster, where the script needs them. */
  readonly #prefix: string
  /** Identifies this run of the gateway: the counts of an earlier run stay valid. */
  readonly #field = unique()

  /** @param options.scope prefix of all names; the same for gateways that share their limits */
  constructor(options: RedisLineOptions & { readonly scope: string }) {
    this.#line = new RedisLine(options)
    this.#prefix = `{uptick:${options.scope}}`
  }

  get isReady(): boolean {
    return this.#line.isReady
  }

  start(): void {
    this.#line.start()
  }

  async tell({ counts, bans, asked, claims }: ToldCounts): Promise<HeardCounts | undefined> {
    const key = (name: string): string => `${this.#prefix}:${name}`
    const replies = await this.#line.exchange((pipeline) => {
      const keys = [key('mark'), ...counts.map(({ name }) => key(name))]
      const values = counts.flatMap(({ own, msLeft }) => [own, msLeft])
      pipeline.eval(COUNT_SCRIPT, keys.length, ...keys, unique(), this.#field, ...values)
      for (const { name, until, msLeft } of bans) pipeline.set(key(name), until, 'PX', msLeft)
      for (const { name, msLeft } of claims) {
        pipeline.set(key(name), this.#field, 'PX', msLeft, 'NX')
        pipeline.get(key(name))
      }
      if (asked.length > 0) pipeline.mget(asked.map(key))
    })
    if (!replies) return undefined
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the script answers so
    const [mark, ...totals] = replies[0] as [string, ...number[]]
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the script answers so
    const banned = asked.length > 0 ? (replies.at(-1) as (string | null)[]) : []
    const claimed = claims.map((_, i) => replies[1 + bans.length + 2 * i + 1] === this.#field)
    return { mark, totals, claimed, banned: banned.map((until) => (until === null ? null : Number(until))) }
  }

  close(): void {
    this.#line.close()
  }
}

function unique(): string {
  return randomBytes(9).toString('base64url')
}
