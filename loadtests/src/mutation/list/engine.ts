import { mutationsOf, type Room } from '../mutation.ts'

const ENGINE = 'services/engine/src'
const testOf = (name: string): string[] => [`${ENGINE}/${name}.test.ts`]

/** With PostgreSQL. */
const wholeTestOf = (name: string): string[] => [`services/engine/test/${name}.test.ts`]

/** Who knows more than the journal halts the shard, and keeps what it knows. */
const lostRows = [
  ...mutationsOf(
    `${ENGINE}/impasse.ts`,
    ['lost-rows', 'held-rows', 'impasse', 'testimony', 'late-halt'].flatMap((name) => testOf(name)),
    [
      ['      if (lost !== undefined) return this.#halt(lost)\n', ''],
      ['if (halted === undefined) seams.fail(reason)\n      else this.stand(halted)', 'seams.fail(reason)'],
      [
        'error instanceof DivergedError || error instanceof JournalRolledBackError',
        'error instanceof JournalRolledBackError',
      ],
      ['      if (lost !== undefined) this.#halt(lost)\n      else if', '      if'],
      ['held && !holds ? missing(', 'held && holds === undefined ? missing('],
      ['        if (epochSeen < confirmation.released) return undefined\n', ''],
      ['Math.max(epochSeen, this.#epoch())', 'epochSeen'],
      ['Math.max(this.#options.seen.epoch, held', 'Math.max(0, held'],
      ['    this.held.keep()\n', ''],
      ['      this.held.forget()\n', ''],
      ['if (halted !== undefined || this.#isRepairing) return undefined', 'if (halted !== undefined) return undefined'],
      ['        await this.#tell(lost)\n', ''],
      [
        'while (untold && !(await this.#tell(untold))) untold = await this.#lost()',
        'if (untold) await this.#tell(untold)',
      ],
      ['untold = await this.#lost()', 'continue'],
      [': seen.contradiction(confirmation)', ': undefined'],
      ['error instanceof JournalRolledBackError ? error.epochSeen : 0', '0'],
    ],
  ),
  ...mutationsOf(`${ENGINE}/head-watch.ts`, testOf('lost-rows'), [
    ['    if (holds || head.epoch !== epoch) return\n', '    return\n'],
    ['if (holds || head.epoch !== epoch) return', 'if (head.epoch !== epoch) return'],
  ]),
  ...mutationsOf(`${ENGINE}/committer.ts`, testOf('committer'), [
    ["  if (error instanceof JournalHaltedError) return 'halted'\n", ''],
    ["else if (state === 'halted') this.#events.halted(error)", "else if (state === 'halted') this.#events.fenced()"],
  ]),
  ...mutationsOf(`${ENGINE}/engine.ts`, testOf('lost-rows'), [
    [
      'halted: (error) => this.#impasse.stand(messageOf(error)),',
      "halted: () => this.#impasse.fenced('it is halted'),",
    ],
    ['        if (this.#abort.signal.aborted || (await this.#impasse.meet(error))) return\n', ''],
  ]),
  ...mutationsOf(
    `${ENGINE}/replica.ts`,
    [...testOf('replica'), ...testOf('lost-rows')],
    [
      ['    this.#compareBytes(batch)\n', ''],
      [' && payload.equals(ours.payload))) return', ')) return'],
    ],
  ),
  ...mutationsOf(`${ENGINE}/held-rows.ts`, testOf('held-rows'), [
    ['this.#recalled ??= batchesIn(this.#options.seams.evidence.find(this.#name))', 'this.#recalled ??= []'],
    ['batches && batches.last >= this.through ? batches', 'batches ? batches'],
    ['this.#review().catch(() => (this.#isHalted = undefined))', 'this.#review().catch(() => undefined)'],
    [
      'const isHalted = await lease.halt(`${lease.holder}: the journal still lacks what was kept up to ${through}`, loss)',
      'const isHalted = [lease, through, loss].length > 0',
    ],
    ['    if (lost === 0) return this.forget()\n', ''],
    ['if (head.last !== first.first - 1) {', 'if (head.last < first.first - 1) {'],
    ['      await lease.lift()\n', ''],
    ['    await lease.halt(`${lease.holder}: not repaired: ${reason}`, loss)\n', '    void [reason, loss]\n'],
    ['    if (halted === undefined) return\n', ''],
    ['(batches.at(-1)?.epoch ?? 0) < givenUp ? [] : batches', 'batches'],
    ['    if (!(error instanceof ProtocolError)) throw error\n', '    throw error\n'],
    ['      if (holds) low = middle + 1\n      else high = middle\n', '      low = middle + (holds ? 1 : 2)\n'],
    ["    if ((await lease.look()).halted === undefined) throw new JournalError('the shard is not halted')\n", ''],
  ]),
]

/** A take-over that has read less than its claim saw does not lead. */
const takeOver = [
  ...mutationsOf(`${ENGINE}/recovery.ts`, testOf('lost-rows'), [
    ['if (reads > SHORT_READS_MAX)', 'if (reads > 0)'],
    ['if (reads > SHORT_READS_MAX)', 'if (reads > 1_000 * SHORT_READS_MAX)'],
    ['replica.exchange.sequence < last; reads++', 'reads === 0; reads++'],
  ]),
  ...mutationsOf(`${ENGINE}/candidacy.ts`, testOf('lost-rows'), [
    ['lease.claim(ended, newest())', 'lease.claim(ended)'],
    ['        if (error instanceof JournalRolledBackError) throw error\n', ''],
    [
      'if (!isFree || view.halted !== undefined)',
      'if (!isFree)',
      'the claim itself refuses a shard that is halted, and the look before it only saves a statement',
    ],
  ]),
  ...mutationsOf(`${ENGINE}/seen-head.ts`, testOf('seen-head'), [
    ['if (head.epoch < this.#epoch)', 'if (head.epoch < this.#epoch - 1)'],
    ['claim !== undefined && claim !== this.#claim', 'false'],
    ['if (epoch <= this.#epoch)', 'if (epoch < this.#epoch)'],
  ]),
]

/** No behaviour is activated that a process which executes the journal lacks. */
const activation = [
  ...mutationsOf(`${ENGINE}/member-table.ts`, testOf('versions'), [
    ["      ...readers.map(({ holder, place }): Lacking => ({ holder, url: place, how: 'reads' })),\n", ''],
    ["      ...followers.map(({ holder, url }): Lacking => ({ holder, url, how: 'follows' })),\n", ''],
    ['!joined.has(holder) && !behaviours', '!behaviours'],
    ["this.#behaviours.includes(behaviour) ? [] : [{ holder: '', url: '', how: 'leads' }]", '[]'],
    ['.filter((behaviour) => this.lacking(behaviour).length === 0)', '.slice()'],
  ]),
  ...mutationsOf(`${ENGINE}/queue-records.ts`, testOf('versions'), [
    ['if (supported().includes(command.value)) continue', 'if (command.value !== 0) continue'],
  ]),
  ...mutationsOf(`${ENGINE}/leader.ts`, testOf('versions'), [
    [
      'queueActivations(this.#queue, this.members.supported())',
      'queueActivations(this.#queue, this.#options.behaviours)',
    ],
    ['if (this.#isNew) queue', 'queue'],
  ]),
  ...mutationsOf(`${ENGINE}/replica.ts`, testOf('versions'), [
    ['      this.#compareActivation(command.value, sequence, at)\n', '        void at\n'],
  ]),
]

export const engine: Room = {
  name: 'engine',
  mutations: [
    ...lostRows,
    ...takeOver,
    ...activation,
    ...mutationsOf(`${ENGINE}/run-engine.ts`, wholeTestOf('ack-policy'), [
      ["isSynchronous: config.ACK_POLICY === 'journal-synchronous',", 'isSynchronous: false,'],
    ]),
    ...mutationsOf(`${ENGINE}/run-engine.ts`, wholeTestOf('unlinked-standby'), [
      ['    if (NEVER_LEADS.has(role)) void presence.stop()\n', ''],
      ['      others: () => presence.others,\n', '      others: () => [],\n'],
    ]),
    ...mutationsOf(`${ENGINE}/reply-gate.ts`, testOf('reply-gate'), [
      ['sequence <= this.#durable && this.#mayAnswer()', 'sequence <= this.#durable'],
      ['if (this.#shut || sequence <= this.#durable) return', 'if (this.#shut) return'],
      [' || !this.#mayAnswer()) return', ') return'],
      ['next.sequence <= this.#durable;', 'next.sequence < this.#durable;'],
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
      [
        "if (found === 'another-history') return 'holds another one'",
        "if (found === 'another-history') return undefined",
      ],
      ["return found && 'ahead-of-journal'", 'return found'],
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
      ['?.batch.first ?? 0) <= sequence) low', '?.batch.first ?? 0) < sequence) low'],
      ['batch.last >= sequence ?', 'batch.first >= sequence ?'],
      ['this.#head < this.#kept.length - 1', 'this.#head < this.#kept.length'],
    ]),
    ...mutationsOf(`${ENGINE}/committer.ts`, testOf('committer'), [
      [
        "this.#answered(pending, result === 'appended' ? 'durable' : 'fenced', undefined)",
        "this.#answered(pending, 'durable', undefined)",
      ],
      ["oldest?.state === 'durable'", "oldest && oldest.state !== 'absent'"],
      ["if (this.#repairing) pending.state = 'absent'", 'if (false) return'],
      ["if (error instanceof JournalRolledBackError) return 'rolled back'", ''],
    ]),
    ...mutationsOf(`${ENGINE}/leader.ts`, testOf('engine'), [['Math.max(hello.feedFrom, oldest)', 'hello.feedFrom']]),
    ...mutationsOf(`${ENGINE}/continuity.ts`, testOf('engine'), [
      ['feedFrom > durable + 1', 'feedFrom > durable + 2'],
      ['feedFrom > durable + 1', 'feedFrom > durable'],
    ]),
    ...mutationsOf(`${ENGINE}/continuity.ts`, testOf('lost-rows'), [
      ['  if (!ours) return undefined\n', '  if (ours !== null) return undefined\n'],
      ['ours.epoch === seen.epoch && ', ''],
      [' && outcomeSum(ours.words, ours.at) === seen.sum', ''],
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
