import { mutationsOf, type Room } from '../mutation.ts'

const RECORDER = 'services/recorder/src'
const testOf = (name: string): string[] => [`${RECORDER}/${name}.test.ts`]

export const recorder: Room = {
  name: 'recorder',
  mutations: [
    ...mutationsOf(`${RECORDER}/rows.ts`, testOf('rows'), [
      ['    if (maker) {\n', '    if (!maker) {\n'],
      ['      trade.makerFeeAsset = feeAsset\n', '      trade.takerFeeAsset = feeAsset\n'],
      ['      if (outcomeRepeated(words, at)) continue\n', ''],
      ['isSameOrder && before.price === price', 'isSameOrder'],
      ['match?.account === NOBODY', 'match?.account !== NOBODY'],
      ["subject === 'fees' ? symbolOfFees(definition) : ''", "''"],
      ['reason: kind })', 'reason: 0 })'],
    ]),
    ...mutationsOf(`${RECORDER}/snapshots.ts`, testOf('snapshots'), [
      ['if (sequence === this.#sequence) return false', ''],
      ['sequence - this.#sequence >= this.#policy.commands', 'sequence - this.#sequence > this.#policy.commands'],
      ['elapsedSeconds >= this.#policy.seconds', 'elapsedSeconds > this.#policy.seconds'],
      ['sequence - newest.sequence >= commands', 'sequence - newest.sequence > commands'],
      ['newest.ageSeconds >= seconds', 'newest.ageSeconds > seconds'],
      ['    await this.#journal.pruneSnapshots(this.#policy.kept)\n', ''],
    ]),
    ...mutationsOf(`${RECORDER}/replica.ts`, testOf('replica'), [
      [
        'if (hashBefore === undefined || hashBefore === ours) return',
        'if (hashBefore === undefined || ours !== 0n) return',
      ],
      [' || epoch !== batch.epoch)', ')'],
      ['reader.sequence <= exchange.sequence', 'reader.sequence < exchange.sequence'],
      ['      if (this.#skipped.has(reader.sequence)) skipCommand(this.#command)\n', ''],
    ]),
    ...mutationsOf(`${RECORDER}/batch-queue.ts`, testOf('batch-queue'), [
      ['if (count > 0 && commands > commandsMax) break', 'if (commands > commandsMax) break'],
      ['commands > commandsMax', 'commands >= commandsMax'],
    ]),
    ...mutationsOf(`${RECORDER}/candles.ts`, testOf('candles'), [
      ['if (time >= this.#endTime ||', 'if (time > this.#endTime ||'],
      ['const takerBuys = !trade.buyerIsMaker', 'const takerBuys = trade.buyerIsMaker'],
    ]),
    ...mutationsOf(
      `${RECORDER}/follower.ts`,
      ['services/recorder/test/recorder.test.ts'],
      [['journal.latestSnapshot(sequence)', 'journal.latestSnapshot()']],
    ),
  ],
}
