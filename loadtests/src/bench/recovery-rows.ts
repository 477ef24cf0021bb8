import { against, note, type Row } from './row.ts'

const GOAL_SECONDS = 3

/** What was measured of one recovery. */
export interface Recovery {
  /** Open orders of the snapshot. */
  readonly orders: number
  /** How long the copy of the state took, ms. */
  readonly copyMs: number
  readonly bytes: number
  /** From nothing until it may lead. */
  readonly seconds: number
}

export function recoveryRows({ orders, copyMs, bytes, seconds }: Recovery): Row[] {
  const snapshot = `snapshot with ${orders.toLocaleString('en')} open orders`
  const goal = { name: `${GOAL_SECONDS} s`, value: GOAL_SECONDS }
  return [
    note(`${snapshot}: copy`, copyMs, 'ms', 'lower'),
    note(`${snapshot}: size`, bytes / 2 ** 20, 'MiB', 'lower'),
    against(`ready from a ${snapshot}`, seconds, 's', goal, 1, 'lower'),
  ]
}
