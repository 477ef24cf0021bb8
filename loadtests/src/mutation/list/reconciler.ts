import { mutationsOf, type Room } from '../mutation.ts'

const RECONCILE = 'loadtests/src/reconcile'
const PROVE = 'loadtests/src/prove'
/** With PostgreSQL. */
const WHOLE = ['loadtests/test/reconcile.test.ts']

export const reconciler: Room = {
  name: 'reconciler',
  mutations: [
    ...mutationsOf(
      `${RECONCILE}/check-acknowledged.ts`,
      [`${RECONCILE}/check-acknowledged.test.ts`],
      [
        ['found.length > 1', 'found.length > 2'],
        ["fate.kind === 'acknowledged' && orderId === undefined", "fate.kind === 'acknowledged' && orderId === 0"],
        ["fate.kind === 'acknowledged' && orderId !== fate.orderId", "fate.kind === 'acknowledged' && orderId === 0"],
        ["fate.kind === 'refused' && orderId !== undefined", "fate.kind === 'refused' && found.length > 1"],
        ["if (fate.kind === 'sent') find(", "if (fate.kind === 'sent' && orderId !== undefined) find("],
        ['...unsentFindings(told, truth), ', ''],
        [', ...cancelFindings(told, truth)]', ']'],
        ['image?.status === OrderStatus.CANCELED', 'image !== undefined'],
        ["(found.side === Side.BUY ? 'BUY' : 'SELL') === sent.side &&", ''],
        ['BigInt(found.price) === unitsOf(sent.price, market.priceDecimals) &&', ''],
        ['BigInt(found.quantity) === unitsOf(sent.quantity, market.quantityDecimals)', 'true'],
        ['found.account === sent.account &&', '', 'the order was looked up under the account of its trader'],
      ],
    ),
    ...mutationsOf(
      `${RECONCILE}/acknowledgements.ts`,
      [`${RECONCILE}/check-acknowledged.test.ts`],
      [
        ['-1001, -1006, -1007', '-1001, -1007'],
        ["fate.kind === 'sent').map", "fate.kind === 'unknown').map"],
      ],
    ),
    ...mutationsOf(
      `${RECONCILE}/check-engine.ts`,
      [`${RECONCILE}/check-engine.test.ts`],
      [
        ['truth.hash === engine.hash', 'truth.hash === truth.hash'],
        ['truth.sequence !== engine.sequence', 'truth.sequence > engine.sequence'],
        ['truth.advance(engine.sequence)', 'truth.advance()'],
      ],
    ),
    ...mutationsOf(
      `${RECONCILE}/check-sums.ts`,
      [`${RECONCILE}/check-sums.test.ts`],
      [
        ['engineFree + engineLocked + engineFees !==', 'engineFree + engineLocked !=='],
        ['free + locked + fees !== deposits', 'free + locked !== deposits'],
        ['!== deposits - withdrawals)', '!== deposits)'],
        ['!== engineIn - engineOut', '!== engineIn'],
        ['engineFree !== free || ', ''],
        ['engineLocked !== locked || ', ''],
        [' || engineFees !== fees)', ')'],
      ],
    ),
    ...mutationsOf(
      `${RECONCILE}/check-streams.ts`,
      [`${RECONCILE}/check-streams.test.ts`],
      [
        ['first > before.last + 1', 'first > before.last + 2'],
        ['first <= before.last)', 'first < before.last)'],
        ['last !== undefined && last < end', 'last !== undefined && last < end - 1'],
        ['if (log.isComplete) for', 'if (!log.isComplete) for'],
        ['BigInt(trade.price) === unitsOf(event.p, market.priceDecimals) &&', ''],
        ['BigInt(trade.quantity) === unitsOf(event.q, market.quantityDecimals)', 'true'],
        [' || journaled[place - 1]?.event.order.orderId !== event.i', ''],
        ['connections.at(-1)?.at(-1)', 'connections.at(0)?.at(-1)'],
      ],
    ),
    ...mutationsOf(
      `${RECONCILE}/grouped-trades.ts`,
      [`${RECONCILE}/grouped-trades.test.ts`],
      [
        ['event.f !== last.l + 1 || ', ''],
        [' || event.a !== last.a + 1', ''],
        ['own.length === l - f + 1 &&', ''],
        ['(aggregateId || f) === a && ', ''],
        ['quantityOf(own) === unitsOf(q, market.quantityDecimals)', 'true'],
        ['own.length !== n || ', ''],
        ['candle.f !== last.L + 1', 'candle.f > last.L + 2'],
        ['if (!last || candle.n > 0) this.#lastCandle', 'this.#lastCandle'],
        ['else if (event.k.x)', 'else'],
      ],
    ),
    ...mutationsOf(
      `${PROVE}/rows.ts`,
      [`${PROVE}/rows.test.ts`, `${PROVE}/verdict.test.ts`],
      [
        ["  zero('lost', row.lost)\n", ''],
        ["  zero('doubled', row.doubled)\n", ''],
        ["  zero('contradictions', row.contradictions)\n", ''],
        ["  zero('gaps', row.gaps)\n", ''],
        ["if (row.planned) zero('failed'", "if (!row.planned) zero('failed'"],
        ['if (value > 0)', 'if (value > 1)'],
        ['  if (row.requests === 0) wrong.push(`${row.scenario}: nothing was sent`)\n', ''],
        ['row.longest_gap_ms > row.budget_ms', 'row.longest_gap_ms > row.budget_ms + 1'],
        ['row.planned && row.hold_worst_ms > holdMsMax', 'row.hold_worst_ms > holdMsMax'],
        ['row.hold_worst_ms > holdMsMax', 'row.hold_worst_ms >= holdMsMax'],
        ['holds.length < HOLDS_FOR_P99_MIN', 'holds.length <= HOLDS_FOR_P99_MIN'],
        ['p99 <= HOLD_P99_MS_MAX', 'p99 < HOLD_P99_MS_MAX'],
        ['log.due(index) <= to && log.end(index) >= from', 'log.due(index) < to && log.end(index) >= from'],
        ['log.end(index) >= from', 'log.end(index) > from'],
        ['if (outcome !== Outcome.OK) failed++', 'if (outcome === Outcome.ERROR) failed++'],
        ['outcome === Outcome.LATE || outcome === Outcome.UNSENT', 'outcome === Outcome.LATE'],
        ['    longest = Math.max(longest, Math.min(askedUntil, to) - before)\n', ''],
        ['Math.ceil(sorted.length * part) - 1', 'Math.ceil(sorted.length * part)'],
      ],
    ),
    ...mutationsOf(
      `${PROVE}/verdict.ts`,
      [`${PROVE}/verdict.test.ts`],
      [
        ['    ...holdShortcomings(plannedHolds(proof)),\n', ''],
        ['    ...rows.flatMap((row) => shortcomings(row)),\n', ''],
        ['...strayFindings(rows, findings, timeline)', '...strayFindings(rows, [], timeline)'],
        ['rows.filter(({ planned }) => planned)', 'rows'],
      ],
    ),
    ...mutationsOf('loadtests/src/story/check-story.ts', WHOLE, [
      ['last.updates < updates || last.trades < trades', 'last.updates < updates && last.trades < trades'],
      ['story.sentAt.get(clientId) ?? end', 'end'],
      ['[...story.findings]', '[]'],
    ]),
    ...mutationsOf(`${RECONCILE}/check-tables.ts`, WHOLE, [
      ['      image.status === row.status &&\n', ''],
      [' || String(balance?.locked ?? 0) !== row.locked', ''],
      ['count === expected ?', 'count <= expected ?'],
    ]),
    ...mutationsOf(`${RECONCILE}/journal-truth.ts`, WHOLE, [
      ['if (batch.epoch < this.#epoch)', 'if (batch.epoch < this.#epoch && batch.epoch === 0)'],
      [' && reader.hashBefore !== ours)', ' && reader.hashBefore === 0n)'],
    ]),
  ],
}
