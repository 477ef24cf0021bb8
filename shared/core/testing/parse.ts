import { Command, CommandKind } from '../src/command.ts'
import { listing, noFilters } from './listing.ts'
import { clientIdKeys, numberKeys, verbs, words, type WordField } from './vocabulary.ts'

/** What the lines so far have named: ids are positions. */
export class Names {
  readonly assets: string[] = []
  readonly symbols: string[] = []
  /** Account n is at n − 1. */
  readonly accounts: string[] = []

  account(word: string): number {
    return this.accounts.includes(word) ? this.accounts.indexOf(word) + 1 : Number(word)
  }

  symbol(word: string): number {
    return this.symbols.includes(word) ? this.symbols.indexOf(word) : Number(word)
  }

  asset(word: string): number {
    return this.assets.includes(word) ? this.assets.indexOf(word) : Number(word)
  }
}

function member(field: WordField, word: string): number {
  const members: Readonly<Record<string, number>> = words[field]
  const value = members[word] ?? Number(word)
  if (Number.isNaN(value) && word !== 'NaN') throw new Error(`${word} is no ${field}`)
  return value
}

/** One line of the table language as a command. Throws an Error that names the word it does not know. */
export function parseCommand(line: string, names: Names): Command {
  const [head, text] = split(line)
  const [verb = '', ...rest] = head.split(/\s+/)
  const command = new Command()
  const known = verbs[verb]
  if (!known && !verb.startsWith('kind-')) throw new Error(`unknown verb ${verb}`)
  Object.assign(command, { kind: known?.kind ?? Number(verb.slice(5)) })
  if (text !== undefined) command.text = text
  else if (known && define(command, rest, names)) return command
  const fields = [...(known?.fields ?? [])]
  for (const word of rest) {
    if (setMarked(command, word)) continue
    const field = fields.shift()
    if (field === undefined) throw new Error(`unexpected word ${word} in: ${line}`)
    setField(command, field, word, names)
  }
  return command
}

/** `text=` takes the rest of the line. */
function split(line: string): [string, string | undefined] {
  const at = line.indexOf(' text=')
  return at < 0 ? [line.trim(), undefined] : [line.slice(0, at).trim(), line.slice(at + ' text='.length)]
}

/** Words that say themselves what they are. */
function setMarked(command: Command, word: string): boolean {
  if (word.startsWith('@')) command.price = Number(word.slice(1))
  else if (word.startsWith('stop@')) command.stopPrice = Number(word.slice(5))
  else if (word.startsWith('quote:')) command.quoteQuantity = Number(word.slice(6))
  else if (word in words.timeInForce) Object.assign(command, { timeInForce: member('timeInForce', word) })
  else if (word.includes('=')) setKey(command, word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1))
  else return false
  return true
}

function setKey(command: Command, key: string, value: string): void {
  if (key in numberKeys) command[numberKeys[key as keyof typeof numberKeys]] = Number(value)
  else if (key in clientIdKeys) command[clientIdKeys[key as keyof typeof clientIdKeys]].set(value)
  else if (key === 'tif') Object.assign(command, { timeInForce: member('timeInForce', value) })
  else if (key === 'stp') Object.assign(command, { selfTradePrevention: member('selfTradePrevention', value) })
  else if (key === 'only') Object.assign(command, { restriction: member('restriction', value) })
  else if (key === 'mode') Object.assign(command, { replaceMode: member('replaceMode', value) })
  else throw new Error(`unknown key ${key}`)
}

function setField(command: Command, field: string, word: string, names: Names): void {
  if (field === 'account' || field === 'symbol' || field === 'asset') command[field] = names[field](word)
  else if (field === 'side' || field === 'type') Object.assign(command, { [field]: member(field, word) })
  else if (field === 'symbolStatus' || field === 'accountStatus') command.value = member(field, word)
  else if (field === 'amount') command.amount = BigInt(word)
  else Object.assign(command, { [field.replace(/[[\]]/g, '')]: Number(word) })
}

/** Definitions in words instead of JSON. True when the whole line is used up. */
function define(command: Command, rest: readonly string[], names: Names): boolean {
  const given = rest.filter((word) => !word.includes('='))
  const [subject = ''] = given
  const more = Object.fromEntries(rest.filter((word) => word.includes('=')).map(pair))
  switch (command.kind) {
    case CommandKind.ADD_ASSET:
      command.text = JSON.stringify({ code: subject, decimals: Number(given[1] ?? 0) })
      names.assets.push(subject)
      return true
    case CommandKind.ADD_SYMBOL: {
      const [, base = '', quote = ''] = given
      const list = (key: string): object => (key in more ? { [key]: String(more[key]).split(',') } : {})
      const lists = { ...list('orderTypes'), ...list('selfTradePreventionModes') }
      command.text = JSON.stringify(listing(subject, base, quote, { ...more, ...lists }))
      names.symbols.push(subject)
      return true
    }
    case CommandKind.SET_FILTERS:
      command.symbol = names.symbol(subject)
      command.text = JSON.stringify({ ...noFilters, ...more })
      return true
    case CommandKind.ADD_ACCOUNT:
      command.text = subject
      names.accounts.push(subject)
      return true
    case CommandKind.SET_FEES: {
      const [, symbol, maker, taker] = given
      const rates = { maker: Number(maker), taker: Number(taker) }
      command.text = JSON.stringify({ account: names.account(subject), symbol: symbol === '*' ? '' : symbol, ...rates })
      return true
    }
    default:
      return false
  }
}

/** `key=value` with the value's type guessed: number, boolean, or text. Notionals stay text. */
function pair(word: string): [string, unknown] {
  const [key = '', value = ''] = word.split('=')
  if (value === 'true' || value === 'false') return [key, value === 'true']
  const isNumber = /^-?\d+$/.test(value) && !key.endsWith('Notional')
  return [key, isNumber ? Number(value) : value]
}
