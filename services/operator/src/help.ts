export const about = 'Operates a running exchange.'

export const more = `
It finds the exchange that "npm start" runs on ./data (or on --data FOLDER). To operate another one, set OPERATOR_URL
and OPERATOR_TOKEN. A command that stops trading or cannot be undone asks first, unless it has --yes. A new trader:

  npm run operator -- add-account carol                    prints the account's number, for example 3
  npm run operator -- deposit 3 10000 USDT --reference first
  npm run operator -- add-key 3 --label laptop             prints key and secret, only this once

Trouble on one market:

  npm run operator -- halt BTCUSDT --yes
  npm run operator -- phase CANCEL_ONLY BTCUSDT --yes      then POST_ONLY, then TRADING`

/** What follows the options in the help of one command. */
export function examplesText(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((example) => `  npm run operator -- ${example}`).join('\n')}`
}
