import { mutationsOf, type Room } from '../mutation.ts'

const ENGINE = 'services/engine/src'
const testOf = (name: string): string[] => [`${ENGINE}/${name}.test.ts`]

export const engine: Room = {
  name: 'engine',
  mutations: [
    ...mutationsOf(`${ENGINE}/reply-gate.ts`, testOf('reply-gate'), [
      ['sequence <= this.#durable && this.#mayAnswer()', 'sequence <= this.#durable'],
      ['if (this.#shut || sequence <= this.#durable) return', 'if (this.#shut) return'],
      [' || !this.#mayAnswer()) return', ') return'],
      ['!.sequence <= this.#durable && !this.#shut)', '!.sequence <= this.#durable)', 'what is shut holds nothing'],
      ['    if (this.#shut) return\n    if (sequence', '    if (sequence'],
      ['this.#next > 1024', 'this.#next > 2048', 'it decides when memory is given back, not what leaves'],
    ]),
    ...mutationsOf(`${ENGINE}/lease-keeper.ts`, testOf('lease-keeper'), [
      ['leaseMs * (1 - UNUSED_PART)', 'leaseMs * (1 + UNUSED_PART)'],
      ['      this.#validUntil = sentAt + this.#usableMs', '      this.#validUntil = clock.elapsed() + this.#usableMs'],
      ['options.claimedAt + this.#usableMs', 'options.clock.elapsed() + options.leaseMs'],
      ['clock.elapsed() < this.#validUntil', 'clock.elapsed() <= this.#validUntil'],
      ['lease.isAlive && clock', 'clock'],
      ['      next = RETRY_MS\n', ''],
      ['      if (!renewed) return events.lost()\n', ''],
      ['    this.#endListening()\n', ''],
      ['if (this.#uncertain && this.isCertain)', 'if (this.isCertain)'],
    ]),
    ...mutationsOf(`${ENGINE}/lease-watch.ts`, testOf('lease-watch'), [
      ['isOver || (view.expired && mayBeOver)', 'isOver || view.expired'],
      ['isOver || (view.expired && mayBeOver)', 'view.expired && mayBeOver'],
      ['askedAt - sight.seenAt >= leaseMs', 'heardAt - sight.seenAt >= leaseMs'],
      ['heardAt - sight.before >= leaseMs', 'askedAt - sight.before >= leaseMs'],
      ['if (expiresAt === -Infinity || leaseMs === undefined) return view', 'if (leaseMs === undefined) return view'],
    ]),
    ...mutationsOf(`${ENGINE}/testimony.ts`, testOf('testimony'), [
      ['head.epoch !== this.#options.epoch || ', '', 'the newest leader would halt the shard for the same reason'],
      [' || seen.epoch < released) return', ') return'],
      ['      this.#released = released\n', ''],
      ['if (seen.sequence > last) return `ends at ${last}`', 'if (seen.sequence > last + 2) return `ends at ${last}`'],
      ['return epoch === seen.epoch ? undefined :', 'return epoch !== 0 ? undefined :'],
      ['if (found || isOld) void', 'if (found) void'],
      ['new JournalRolledBackError(told, seen.epoch)', 'new JournalRolledBackError(told)'],
    ]),
    ...mutationsOf(`${ENGINE}/leadership.ts`, testOf('leadership'), [
      ['leader.durable === sequence && leader.retained.last === sequence', 'leader.durable === sequence'],
    ]),
    ...mutationsOf(`${ENGINE}/standby.ts`, testOf('standby'), [
      ['Math.min(this.#seen ?? view.head.last, view.head.last)', 'Math.min(this.#seen ?? 0, view.head.last)'],
      ['Math.min(this.#seen ?? view.head.last, view.head.last)', 'view.head.last'],
      ['this.#behindLooks >= BEHIND_LOOKS_MAX', 'this.#behindLooks > BEHIND_LOOKS_MAX'],
      ['isThere ? 0 : this.#behindLooks + 1', 'this.#behindLooks + 1'],
      ['view.head.last < before', 'view.head.last < before - 1'],
    ]),
    ...mutationsOf(`${ENGINE}/replica.ts`, testOf('replica'), [
      [
        'reader.hashBefore === undefined || reader.hashBefore === ours',
        'reader.hashBefore === undefined || ours !== 0n',
      ],
      ['if (batch.first === exchange.sequence + 1) this.#compareHash(reader)', ''],
      ['batch.first > exchange.sequence + 1', 'batch.first > exchange.sequence + 2'],
      [' || reader.epoch !== batch.epoch)', ')'],
      ['sequence <= exchange.sequence) continue', 'sequence < exchange.sequence) continue'],
      ['      if (skipped.has(sequence)) skipCommand(command)\n', ''],
      ['if (behaviour === 0 || ', 'if ('],
      ['if (exchange.time < retainFrom) batches', 'if (exchange.time <= retainFrom) batches'],
    ]),
    ...mutationsOf(`${ENGINE}/retained-batches.ts`, testOf('retained-batches'), [
      ['oldest.time >= horizon &&', 'oldest.time > horizon &&'],
      ['this.#bytes <= this.#bytesMax', 'this.#bytes < this.#bytesMax - 10'],
      ['.batch.first <= sequence) low', '.batch.first < sequence) low'],
      ['batch.last >= sequence ?', 'batch.first >= sequence ?'],
      ['this.#head < this.#kept.length - 1', 'this.#head < this.#kept.length'],
    ]),
    ...mutationsOf(`${ENGINE}/committer.ts`, testOf('committer'), [
      [
        "this.#answered(pending, result === 'appended' ? 'durable' : 'fenced', undefined)",
        "this.#answered(pending, 'durable', undefined)",
      ],
      ["while (this.#pending[0]?.state === 'durable'", "while (this.#pending[0]?.state !== 'absent'"],
      ["if (this.#repairing) pending.state = 'absent'", 'if (false) return'],
      ["if (error instanceof JournalRolledBackError) return 'rolled back'", ''],
    ]),
    ...mutationsOf(`${ENGINE}/leader.ts`, testOf('engine'), [['Math.max(hello.feedFrom, oldest)', 'hello.feedFrom']]),
    ...mutationsOf(`${ENGINE}/continuity.ts`, testOf('engine'), [
      ['feedFrom > durable + 1', 'feedFrom > durable + 2'],
      ['feedFrom > durable + 1', 'feedFrom > durable'],
    ]),
    ...mutationsOf(`${ENGINE}/sequencer.ts`, testOf('engine'), [
      ['committer.inFlight < appendsInFlightMax', 'committer.inFlight <= appendsInFlightMax'],
    ]),
    ...mutationsOf(`${ENGINE}/journal-clock.ts`, testOf('journal-clock'), [
      ['Math.max(before, Math.floor(this.#slowly(elapsed)))', 'Math.floor(this.#slowly(elapsed))'],
      ['return Math.min(now, most)', 'return now'],
      ['* 1_000 * RATE_MAX', '* 2_000 * RATE_MAX * RATE_MAX'],
    ]),
    ...mutationsOf(`${ENGINE}/recovery.ts`, testOf('engine'), [
      ['chosen.sequence < last && (await', 'chosen.sequence < last || (await'],
      ['await timeOf(journal, head.last)\n', 'await timeOf(journal, 1)\n'],
    ]),
    ...mutationsOf(`${ENGINE}/session-expiry.ts`, testOf('session-expiry'), [
      ['now - lastUse >= this.#idleMsMax', 'now - lastUse > this.#idleMsMax'],
      ['lastUse === undefined || hasLink(session)', 'lastUse === undefined'],
      ['useOf(a) - useOf(b)', 'useOf(b) - useOf(a)'],
    ]),
    ...mutationsOf(
      `${ENGINE}/link-handler.ts`,
      [...testOf('link-handler'), ...testOf('engine')],
      [
        ['data.byteLength > STRANGER_BYTES_MAX)', 'data.byteLength > STRANGER_BYTES_MAX * 2)'],
        ['if (!mayGreet(role, frame)) return', 'if (false) return'],
        ['    this.#cancelTimer = this.#timers.after(HELLO_MS_MAX', '    this.#timers.after(HELLO_MS_MAX'],
      ],
    ),
  ],
}
