import { Command, CommandKind } from '@uptick/core'
import * as fc from 'fast-check'

const anyId = fc.string({ unit: fc.constantFrom('a', 'b', 'Z', '0', '9', '.', '_', ':', '/', '-'), maxLength: 36 })
const units = fc.oneof(
  fc.constant(0),
  fc.maxSafeNat(),
  fc.double({ noNaN: true }).map((value) => value + 0),
)

/** Every field of a command as plain data, for comparing and for building. */
export const commandFields = fc.record({
  kind: fc.constantFrom(...Object.values(CommandKind)),
  session: fc.maxSafeNat(),
  number: fc.maxSafeNat(),
  confirmed: fc.maxSafeNat(),
  account: fc.integer(),
  symbol: fc.integer(),
  side: fc.constantFrom(0 as const, 1 as const),
  type: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const, 5 as const, 6 as const, 7 as const),
  timeInForce: fc.constantFrom(1 as const, 2 as const, 3 as const),
  selfTradePrevention: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const, 4 as const, 5 as const),
  price: units,
  quantity: units,
  quoteQuantity: units,
  stopPrice: units,
  strategyId: units,
  strategyType: units,
  firstSent: units,
  targetOrder: units,
  restriction: fc.constantFrom(0 as const, 1 as const, 2 as const),
  replaceMode: fc.constantFrom(1 as const, 2 as const),
  asset: fc.integer(),
  amount: fc.oneof(fc.constant(0n), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  value: fc.integer(),
  text: fc.oneof(fc.constant(''), fc.string({ unit: 'grapheme', maxLength: 200 })),
  originalTime: units,
  executedQuantity: units,
  clientId: anyId,
  targetClientId: anyId,
  cancelId: anyId,
})

export type CommandFields = typeof commandFields extends fc.Arbitrary<infer T> ? T : never

/** A command with these fields; every other at its default. */
export function commandOf(fields: Partial<CommandFields>): Command {
  const { clientId, targetClientId, cancelId, ...plain } = fields
  const command = Object.assign(new Command(), plain)
  command.clientId.set(clientId ?? '')
  command.targetClientId.set(targetClientId ?? '')
  command.cancelId.set(cancelId ?? '')
  return command
}

/** All fields of a command as plain data. */
export function fieldsOf(command: Command): CommandFields {
  return Object.assign({}, command, {
    clientId: command.clientId.toString(),
    targetClientId: command.targetClientId.toString(),
    cancelId: command.cancelId.toString(),
  })
}
