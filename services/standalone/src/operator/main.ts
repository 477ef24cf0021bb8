import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf, Problem } from '../problem.ts'
import { accountCommands } from './account-commands.ts'
import { OperatorError } from './client.ts'
import { exchangeCommands } from './exchange-commands.ts'
import { findExchange } from './find.ts'
import { commandHelp, overview } from './help.ts'
import { show } from './show.ts'

const commands = { ...exchangeCommands, ...accountCommands }

try {
  await run(process.argv.slice(2))
} catch (error) {
  const known = error instanceof Problem || error instanceof OperatorError
  const prefix = error instanceof OperatorError ? `${error.code}: ` : ''
  process.stderr.write(`${prefix}${known || !(error instanceof Error) ? messageOf(error) : error.stack}\n`)
  process.exitCode = 1
}

async function run(words: string[]): Promise<void> {
  const { values, positionals } = parse(words)
  const [name, ...args] = positionals
  const command = name === undefined ? undefined : commands[name]
  if (name === undefined || (command === undefined && name === 'help')) {
    process.stdout.write(overview({ exchange: exchangeCommands, accounts: accountCommands }))
    return
  }
  if (command === undefined) throw new Problem(`There is no command ${name}. "npm run operator -- --help" lists them.`)
  if (values.help) {
    process.stdout.write(commandHelp(command))
    return
  }
  // npm runs scripts in the project's folder and says in INIT_CWD where it was called.
  const called = process.env['INIT_CWD'] ?? process.cwd()
  const folder = values.data === undefined ? resolve('data') : resolve(called, values.data)
  const { operator } = findExchange(folder, process.env)
  const publicKey = values['public-key']
  const flags = publicKey === undefined ? values : { ...values, 'public-key': resolve(called, publicKey) }
  const answer = await command.run(operator, args, flags)
  process.stdout.write(values.json ? `${JSON.stringify(answer, undefined, 2)}\n` : show(answer))
}

function parse(words: string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const texts = { account: text, label: text, reference: text, symbol: text, type: text, reason: text, operator: text }
  const listing = { 'price-decimals': text, 'quantity-decimals': text, 'maker-fee': text, 'taker-fee': text }
  const key = { 'public-key': text, 'read-only': flag, unlimited: flag }
  const everywhere = { data: text, json: flag, help: { type: 'boolean', short: 'h' } } as const
  try {
    return parseArgs({ args: words, allowPositionals: true, options: { ...texts, ...listing, ...key, ...everywhere } })
  } catch (error) {
    throw new Problem(`${messageOf(error).split('. ')[0]}. "npm run operator -- --help" lists what there is.`)
  }
}
