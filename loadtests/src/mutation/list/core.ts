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
    ...mutationsOf(`${CORE}/matching.ts`, testsOf('scenarios-older'), [
      ['this.high === 0 || price < this.low', 'this.high === 0 || price > this.low'],
      ['if (price > this.high) this.high', 'if (this.high === 0) this.high'],
    ]),
  ],
}
