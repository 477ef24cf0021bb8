import { type Command, CommandKind } from '../src/command.ts'
import type { Outcome } from '../src/event.ts'
import { Exchange } from '../src/exchange.ts'
import { readOutcome } from '../src/outcome-reader.ts'
import { rejectName } from '../src/reject.ts'
import { listing } from './listing.ts'
import { commandOf, EPOCH } from './stream.ts'

/** An exchange alone, without the oracle: for bounds that the oracle does not have. */
export class Driver {
  exchange = new Exchange()
  time = EPOCH

  send(kind: CommandKind, fields: Partial<Command> = {}): Outcome {
    return this.execute(commandOf(kind, fields))
  }

  execute(command: Command): Outcome {
    const { exchange } = this
    exchange.output.clear()
    exchange.execute(command, exchange.sequence + 1, this.time)
    return readOutcome(exchange.output.words, 0)
  }

  reject(kind: CommandKind, fields: Partial<Command> = {}): string {
    return rejectName(this.send(kind, fields).reject)
  }

  define(kind: CommandKind, definition: unknown, fields: Partial<Command> = {}): string {
    return this.reject(kind, { ...fields, text: JSON.stringify(definition) })
  }
}

/** One market and one account, no behaviour. */
export function listed(): Driver {
  const driver = new Driver()
  driver.define(CommandKind.ADD_ASSET, { code: 'BTC', decimals: 4 })
  driver.define(CommandKind.ADD_ASSET, { code: 'USD', decimals: 6 })
  driver.define(CommandKind.ADD_SYMBOL, listing('BTCUSD', 'BTC', 'USD'))
  driver.send(CommandKind.ADD_ACCOUNT, { text: 'alice' })
  return driver
}
