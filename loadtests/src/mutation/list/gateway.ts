import { mutationsOf, type Room } from '../mutation.ts'

const GATEWAY = 'services/gateway/src'
const testOf = (name: string): string[] => [`${GATEWAY}/${name}.test.ts`]

export const gateway: Room = {
  name: 'gateway',
  mutations: [
    ...mutationsOf(`${GATEWAY}/operations/dispatcher.ts`, testOf('operations/dispatcher'), [
      ['unlimited ? weight + reading : 0)', '0)'],
      ['if (!unlimited) limits.request(', 'limits.request('],
      ['operation.freeWhenSuccessful !== true || unlimited', 'operation.freeWhenSuccessful !== true'],
      [
        'Promise.resolve(result).then((success) => {\n      limits.refund(call.ip, weight)\n',
        'Promise.resolve(result).finally(() => limits.refund(call.ip, weight)).then((success) => {\n',
      ],
      ["security === 'NONE' || security === 'USER_STREAM') return false", "security === 'NONE') return false"],
      ['call.session?.unlimited === true', 'false'],
      ['request(ip, 1 + readingWeight(length))', 'request(ip, readingWeight(length))'],
    ]),
    ...mutationsOf(`${GATEWAY}/operations/account-operations.ts`, testOf('operations/account-operations'), [
      [
        'const limit = limitOf(params)\n    const history = await services.history.through(services.link.sequence)\n    const filter',
        'const limit = limitOf(params)\n    const history = services.history.readModel\n    const filter',
      ],
      [
        'services.history.through(services.link.sequence)\n    const trades',
        'services.history.through(0)\n    const trades',
      ],
      ['endTime - startTime > DAY', 'endTime - startTime > DAY + 1_000'],
      ['endTime + 999', 'endTime'],
      ['if (endTime < startTime)', 'if (endTime === 0)'],
    ]),
    ...mutationsOf(`${GATEWAY}/engine-link/feed-place.ts`, testOf('engine-link/feed-place'), [
      ['feedFrom: this.next, seen: this.#seen }', 'feedFrom: this.next }'],
      ['outcomeSum(words, newest)', 'outcomeSum(words, this.#from)'],
    ]),
    ...mutationsOf(`${GATEWAY}/engine-link/command-pipe.ts`, testOf('engine-link/command-pipe'), [
      ['if (pending.sends > 1) settle', 'if (pending.sends > 2) settle'],
      ['pending.sends > 1) settle', 'pending.sends > 0) settle'],
      ['        pending.sends = 0\n', ''],
      ['now > pending.sendBefore', 'now >= pending.sendBefore'],
      ['      pending.build = nothing\n', ''],
      ['pending.settled || pending.queuedAt > before', 'pending.settled || pending.queuedAt >= before'],
      ['this.#giveUp(pending, OUTCOME_UNKNOWN)', 'this.#giveUp(pending, SERVER_BUSY)'],
      ['this.queued >= this.#options.queueMax', 'this.queued > this.#options.queueMax'],
      ['    outcome.then(give, give)\n', ''],
      ['if (pending.wasHeld) observer', 'observer'],
      ['command.confirmed = this.confirmed\n    const {', 'const {'],
      ['Pending[] {\n    return this.#sent.slice(this.#sentHead)', 'Pending[] {\n    return this.#sent.slice()'],
    ]),
    ...mutationsOf(`${GATEWAY}/feed/walk.ts`, testOf('streams/account-streams'), [
      ['if (!outcomeRepeated(words, at)) visit', 'visit'],
    ]),
    ...mutationsOf(`${GATEWAY}/streams/account-source.ts`, testOf('streams/account-streams'), [
      ['    this.#balances = []\n', ''],
      ['this.#balances.push(event)', 'this.#balances = [event]'],
    ]),
    ...mutationsOf(`${GATEWAY}/streams/stream-hub.ts`, testOf('streams/account-streams'), [
      ['if (!channel.isEmpty || ', 'if (channel.isEmpty || '],
      ['      for (const subscriber of channel.plain.interrupt()) subscribers.add(subscriber)\n', ''],
    ]),
    ...mutationsOf(`${GATEWAY}/streams/plain-group.ts`, testOf('streams/golden-feed'), [
      ['    if (moment.isTick && !isFresh && this.#source.traits.followsFrames) return\n', ''],
      ['    this.#digest?.renew()\n', ''],
    ]),
    ...mutationsOf(`${GATEWAY}/streams/numbered-group.ts`, testOf('streams/numbered-streams'), [
      ['if (subscription.position > last) continue', ''],
      ['if (sequence > position) own?.event', 'own?.event'],
    ]),
    ...mutationsOf(`${GATEWAY}/streams/catch-up.ts`, testOf('streams/every-stream'), [
      ['if (source.traits.readsPast) this.#subscription.tell', 'this.#subscription.tell'],
    ]),
    ...mutationsOf(`${GATEWAY}/streams/market-snapshot.ts`, testOf('streams/every-stream'), [
      ["stream.kind === 'depth' ? SNAPSHOT_LEVELS_MAX : stream.levels", 'SNAPSHOT_LEVELS_MAX'],
      ["if (stream.kind === 'bookTicker') return bookTickerPayload(market)\n", ''],
      ['statisticsPayload(market, stream, now, unit) : undefined', 'partialDepthPayload(market, 1) : undefined'],
    ]),
    ...mutationsOf(`${GATEWAY}/streams/stream-name.ts`, testOf('streams/stream-name'), [
      ['    if (streams.has(name)) throw new Error(`two streams are named ${name}`)\n', ''],
    ]),
    ...mutationsOf(`${GATEWAY}/operations/operation.ts`, testOf('operations/registry'), [
      ['      if (rest) take(`the route ${rest.method} ${rest.path}`)\n', ''],
      ['the route ${rest.method} ${rest.path}', 'the route ${rest.path}'],
    ]),
    ...mutationsOf(`${GATEWAY}/market/shard-markets.ts`, testOf('market/shard-markets'), [
      ['(await history.recordedThrough()) < followed.since', '(await history.recordedThrough()) < 0'],
      ['    followed.since = this.#sequence\n', ''],
      [
        '      for (const followed of this.#followed) {\n        const { market } = followed\n',
        '      for (const { ...followed } of this.#followed) {\n        const { market } = followed\n',
      ],
    ]),
    ...mutationsOf(`${GATEWAY}/market/ring.ts`, testOf('market/ring'), [
      ['this.#entries.at(this.#start - 1)', 'this.#entries.at(-1)'],
      ['older.slice(-(limit - newer.length))', 'older'],
    ]),
    ...mutationsOf(`${GATEWAY}/auth/authenticator.ts`, testOf('auth/authenticator'), [
      ["security === 'TRADE' ? current.canTrade : current.canRead", 'current.canRead'],
      ['if (current === undefined) throw REJECTED_KEY', ''],
    ]),
  ],
}
