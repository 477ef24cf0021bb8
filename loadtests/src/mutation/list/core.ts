import { mutationsOf, type Room } from '../mutation.ts'

const CORE = 'shared/core/src'
const testsOf = (...names: string[]): string[] => names.map((name) => `${CORE}/${name}.test.ts`)

export const core: Room = {
  name: 'core',
  mutations: [
    ...mutationsOf(`${CORE}/retry-memory.ts`, testsOf('retry-memory'), [
      ['    fields[10] = c.strategyType\n', ''],
      ['    fields[8] = c.stopPrice\n', ''],
      ['    fields[4] = c.selfTradePrevention\n', ''],
      ['c.firstSent + KEPT_FOR < time', 'c.firstSent + KEPT_FOR <= time'],
      ['c.firstSent > time + AHEAD_MAX', 'c.firstSent >= time + AHEAD_MAX'],
      [']! + KEPT_FOR < time)', ']! + KEPT_FOR <= time)'],
    ]),
    ...mutationsOf(`${CORE}/filters.ts`, testsOf('scenarios-filters', 'bounds'), [
      ['value < min || (max', 'value <= min || (max'],
      ['max !== 0 && value > max', 'max !== 0 && value >= max'],
      ['this.#minNotional.isGreater(notional)', 'notional.isGreater(this.#minNotional)'],
      ['side === BUY ? f.bidMultiplierUp : f.askMultiplierUp', 'f.bidMultiplierUp'],
      ['(!isMarket || applyMinToMarket)', '!isMarket'],
      ['if (reference === 0) return ACCEPTED', ''],
    ]),
    ...mutationsOf(`${CORE}/amount.ts`, testsOf('amount'), [
      ['this.high += other.high + (low >= UNIT ? 1 : 0)', 'this.high += other.high + (low > UNIT ? 1 : 0)'],
      ['this.high -= other.high + (low < 0 ? 1 : 0)', 'this.high -= other.high'],
      ['this.high === other.high && this.low > other.low', 'this.low > other.low'],
      ['if (!halfEven || rest * 2 < MILLION) return quotient', 'if (!halfEven || rest * 2 <= MILLION) return quotient'],
      ['(quotient % 2 !== 0) !== odd', 'quotient % 2 !== 0'],
    ]),
    ...mutationsOf(`${CORE}/sessions.ts`, testsOf('sessions', 'scenarios-memory', 'bounds'), [
      ['if (session) return ACCEPTED', ''],
      ['if (kept >= MOST_REPLIES) this', 'if (kept > MOST_REPLIES) this'],
      ['number < this.first || number > this.last', 'number > this.last'],
      ['    this.#latest = undefined\n    writer', '    writer'],
    ]),
    ...mutationsOf(`${CORE}/settlement.ts`, testsOf('oracle'), [
      ['takerBuys ? seats.takerFee(buyer) : seats.makerFee(buyer)', 'seats.takerFee(buyer)'],
      ['takerBuys && limit !== 0', 'takerBuys'],
    ]),
    ...mutationsOf(`${CORE}/matching.ts`, testsOf('scenarios-orders', 'scenarios-self-trade', 'oracle'), [
      ['images.timeInForce(slot) !== GTC', 'images.timeInForce(slot) === FOK'],
      ['mode === EXPIRE_MAKER || mode === EXPIRE_BOTH', 'mode === EXPIRE_MAKER'],
      ['this.#mode !== NO_PREVENTION', 'this.#mode === NO_PREVENTION'],
    ]),
    // Looked at before BOUNDED_STEPS only.
    ...mutationsOf(`${CORE}/traded-prices.ts`, testsOf('scenarios-older'), [
      ['this.isEmpty || price < this.low', 'this.isEmpty || price > this.low'],
      ['if (this.isEmpty || price > this.high)', 'if (this.isEmpty)'],
    ]),
    ...mutationsOf(`${CORE}/sweep.ts`, testsOf('scenarios-orders', 'scenarios-self-trade', 'oracle'), [
      ['side === BUY ? price > limit : price < limit', 'side === BUY ? price >= limit : price <= limit'],
      ['if (quantity === remaining) this.#remove()', 'if (quantity > remaining) this.#remove()'],
      ['this.#total -= this.#memory.orders.remaining(this.maker)', ''],
      ['if (this.maker === NONE) this.#index', 'this.#index'],
    ]),
    ...mutationsOf(
      `${CORE}/order-checks.ts`,
      testsOf('oracle', 'scenarios-older', 'scenarios-reference', 'bounds', 'bounds-reached', 'refusals'),
      [
        ['found !== NONE && found !== except', 'found !== NONE'],
        ['c.price || c.stopPrice\n    return', 'c.price\n    return'],
        ['documentedRules || isTest', 'documentedRules'],
      ],
    ),
  ],
}
