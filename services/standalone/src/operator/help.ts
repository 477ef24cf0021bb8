import type { CommandDefinition, Commands } from './command.ts'

/** Everything there is, one line each. */
export function overview(groups: Readonly<Record<'exchange' | 'accounts', Commands>>): string {
  return `Operates a running exchange.

  npm run operator -- COMMAND [--json] [--data FOLDER]
  npm run operator -- COMMAND --help      arguments and examples of one command

The exchange
${lines(groups.exchange)}

Accounts, money, keys
${lines(groups.accounts)}

It finds the exchange that "npm start" runs on ./data (or on --data FOLDER). To operate another one, set OPERATOR_URL
and OPERATOR_TOKEN. A new trader, from nothing:

  npm run operator -- add-account carol                    answers with the account's number, say 3
  npm run operator -- deposit 3 10000 USDT --reference first
  npm run operator -- add-key 3 --label laptop             answers with key and secret, this once

Trouble on one market:

  npm run operator -- halt BTCUSDT
  npm run operator -- phase CANCEL_ONLY BTCUSDT            then POST_ONLY, then TRADING
`
}

export function commandHelp(command: CommandDefinition): string {
  const examples = command.examples.map((example) => `  npm run operator -- ${example}`).join('\n')
  return `npm run operator -- ${command.usage}\n\n${sentence(command.summary)}\n\n${examples}\n`
}

function lines(commands: Commands): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  return Object.entries(commands)
    .map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
    .join('\n')
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`
}
