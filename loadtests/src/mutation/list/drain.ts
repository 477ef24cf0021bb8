import { mutationsOf, type Room } from '../mutation.ts'

const DRAIN = 'shared/runtime/src/drain'
const testOf = (name: string): string[] => [`${DRAIN}/${name}.test.ts`]

export const drain: Room = {
  name: 'drain',
  mutations: [
    ...mutationsOf(`${DRAIN}/drain.ts`, testOf('drain'), [
      ['    await pause(this.floorMs, hurry)\n', ''],
      ['this.#running ??= this.#run(hurry)', 'this.#running = this.#run(hurry)'],
      ['(this.#options.sockets?.boundMs ?? 0) + http', 'http'],
      ['    sockets?.begin()\n', ''],
    ]),
    ...mutationsOf(`${DRAIN}/http-drain.ts`, testOf('drain'), [
      [' && now - this.connections.acceptedAt >= quietMs', ''],
      ["if (now >= end) return 'bound'", "if (now >= end + 1_000) return 'bound'"],
    ]),
    ...mutationsOf(`${DRAIN}/socket-drain.ts`, testOf('socket-drain'), [
      [
        'if (socket.readyState === CLOSED) this.#counts.left++\n',
        'if (socket.readyState === CLOSED) this.#counts.moved++\n',
      ],
      ['now - (this.#seen.get(socket) ?? now) < this.#noticeMs', 'false'],
      ['busy?.(socket) === true || ', ''],
      ['else if (now >= deadline)', 'else if (now >= deadline + 60_000)'],
      ['Math.max(this.#options.ratePerSecond, ', '('],
      [
        '    this.#queue = [...this.#queue.slice(looked), ...waiting]\n',
        '    this.#queue = this.#queue.slice(looked)\n',
      ],
    ]),
    ...mutationsOf(`${DRAIN}/time-budget.ts`, testOf('time-budget'), [
      ['sum < budget.graceMs', 'sum <= budget.graceMs'],
      ['leaseMs + TAKE_OVER_MS >= holdMs)', 'leaseMs >= holdMs)'],
      ['holdMs >= HOLD_MS_BELOW', 'holdMs > HOLD_MS_BELOW'],
    ]),
  ],
}
