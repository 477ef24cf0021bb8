import { EXIT_USAGE, Problem } from '@uptick/commandline'
import { assignments, given, integerOf, momentOf, textOf, type Commands } from './command.ts'

/** What a list of symbols shows; the rest is in the definition of one. */
const LISTED = ['name', 'status', 'base', 'quote', 'priceDecimals', 'quantityDecimals', 'makerFee', 'takerFee']

/** The exchange as a whole: state, listing, phases, emergencies. */
export const exchangeCommands: Commands = {
  status: {
    summary: 'epoch, sequence and hash of the leader, sessions, scheduled activations, what the database holds back',
    examples: ['status', 'status --json'],
    run: (operator) => operator.call('GET', '/status'),
  },
  handoff: {
    summary: 'hand off: a standby leads, and the old leader follows it',
    examples: ['handoff'],
    run: (operator) => operator.call('POST', '/handoff'),
  },
  repair: {
    summary: 'after the journal has lost rows: append again what an engine still holds, so that the shard continues',
    examples: ['repair --yes'],
    warns: () => 'This appends rows to the journal',
    run: (operator) => operator.call('POST', '/repair'),
  },
  release: {
    summary: 'give up what the journal has lost and no engine can append again; lists orders and trades taken back',
    options: [
      ['--reason <text>', 'the reason, which is recorded'],
      ['--operator <name>', 'the name of the operator, which is recorded'],
    ],
    examples: ['release --reason "the replica that had them is destroyed" --operator ines --yes'],
    warns: () => 'This takes back, permanently, what was acknowledged and the journal has lost',
    run: (operator, _words, flags) =>
      operator.call('POST', '/release', {
        reason: needed(textOf(flags, 'reason'), '--reason'),
        operator: needed(textOf(flags, 'operator'), '--operator'),
      }),
  },
  flags: {
    arguments: '[ACCOUNT]',
    summary: 'feature flags of the gateway that answers: where each is defined, and whether it is on, for an account',
    examples: ['flags', 'flags 7'],
    run: async (operator, [account]) => {
      const asked = account === undefined ? '' : `?account=${integerOf(account, 'ACCOUNT')}`
      return (await operator.call<{ flags: Record<string, unknown>[] }>('GET', `/flags${asked}`)).flags
    },
  },
  totals: {
    summary: 'sums of every asset: free + locked + fees = deposits - withdrawals',
    examples: ['totals'],
    run: async (operator) => (await operator.totals()).totals,
  },
  assets: {
    summary: 'all assets',
    examples: ['assets'],
    run: (operator) => operator.assets(),
  },
  symbols: {
    arguments: '[NAME]',
    summary: 'all markets; with a name, its whole definition',
    examples: ['symbols', 'symbols BTCUSDT'],
    run: async (operator, [name]) => {
      if (name !== undefined) return operator.call('GET', `/symbols/${encodeURIComponent(name)}`)
      const symbols = await operator.call<Record<string, unknown>[]>('GET', '/symbols')
      return symbols.map((symbol) => Object.fromEntries(LISTED.map((column) => [column, symbol[column]])))
    },
  },
  'add-asset': {
    arguments: '<CODE> <DECIMALS>',
    summary: 'list an asset; its decimals can never change',
    examples: ['add-asset SOL 8'],
    run: (operator, [code, decimals = '']) =>
      operator.call('POST', '/assets', { code, decimals: integerOf(decimals, 'DECIMALS') }),
  },
  'add-symbol': {
    arguments: '<BASE> <QUOTE> [FILTER=VALUE...]',
    summary: 'open a market; both decimals together are at most those of QUOTE',
    options: [
      ['--price-decimals <n>', 'of prices, can never change'],
      ['--quantity-decimals <n>', 'of quantities, can never change'],
      ['--maker-fee <rate>', 'of the received amount: 0.001 is 0.1 %, which is the default'],
      ['--taker-fee <rate>', 'likewise'],
    ],
    examples: [
      'add-symbol SOL USDT --price-decimals 3 --quantity-decimals 3',
      'add-symbol SOL BTC --price-decimals 6 --quantity-decimals 2 --maker-fee 0 minNotional=0.0001 maxOrders=500',
    ],
    run: (operator, [base, quote, ...filters], flags) =>
      operator.call('POST', '/symbols', {
        base,
        quote,
        priceDecimals: integerOf(textOf(flags, 'priceDecimals') ?? 'nothing', '--price-decimals'),
        quantityDecimals: integerOf(textOf(flags, 'quantityDecimals') ?? 'nothing', '--quantity-decimals'),
        ...given({ makerFee: textOf(flags, 'makerFee'), takerFee: textOf(flags, 'takerFee') }),
        filters: assignments(filters),
      }),
  },
  'set-filters': {
    arguments: '<SYMBOL> <FILTER=VALUE...>',
    summary: 'change filters; resting orders are not touched',
    examples: [
      'set-filters BTCUSDT tickSize=0.05 minNotional=10',
      'set-filters BTCUSDT bidMultiplierUp=1.5 averagePriceMinutes=1',
    ],
    run: (operator, [symbol = '', ...filters]) =>
      operator.call('PUT', `/symbols/${encodeURIComponent(symbol)}/filters`, assignments(filters)),
  },
  phase: {
    arguments: '<STATUS> [SYMBOL...]',
    summary: 'move markets to TRADING, POST_ONLY, CANCEL_ONLY, HALT or BREAK; all of them when none is named',
    examples: ['phase CANCEL_ONLY --yes', 'phase POST_ONLY BTCUSDT', 'phase TRADING'],
    warns: ([status = '', ...symbols]) => stops(status, symbols),
    run: (operator, [status = '', ...symbols]) => operator.call('PUT', '/phase', phase(status, symbols)),
  },
  halt: {
    arguments: '[SYMBOL...]',
    summary: 'stop trading at once; cancels stay possible. Reopen in phases: cancel-only, post-only, trading',
    examples: ['halt --yes', 'halt ETHBTC --yes'],
    warns: (symbols) => stops('HALT', symbols),
    run: (operator, symbols) => operator.call('PUT', '/phase', phase('HALT', symbols)),
  },
  behaviours: {
    summary: 'numbered changes of the matching rules that are in force',
    examples: ['behaviours'],
    run: (operator) => operator.call('GET', '/behaviours'),
  },
  activate: {
    arguments: '<BEHAVIOUR>',
    summary: 'put a change of the matching rules in force, from the next command on; this cannot be undone',
    options: [
      ['--at <time>', 'then, and not now: ISO 8601, such as 2027-01-31T22:00Z'],
      ['--in <duration>', 'likewise, from now: 90s, 10m, 2h'],
    ],
    examples: ['activate 1 --yes', 'activate 1 --in 10m --yes'],
    warns: ([behaviour]) => `This puts behaviour ${behaviour} in force for ever`,
    run: (operator, [behaviour = ''], flags) =>
      operator.call('POST', '/behaviours', {
        behaviour: integerOf(behaviour, 'BEHAVIOUR'),
        ...given({ at: momentOf(textOf(flags, 'at'), textOf(flags, 'in')) }),
      }),
  },
  'cancel-activation': {
    arguments: '<BEHAVIOUR>',
    summary: 'take back an activation that waits for its time; status shows them',
    examples: ['cancel-activation 1'],
    run: (operator, [behaviour = '']) =>
      operator.call('DELETE', `/behaviours/${integerOf(behaviour, 'BEHAVIOUR')}/schedule`),
  },
  skips: {
    summary: 'commands that every replay skips',
    examples: ['skips'],
    run: (operator) => operator.call('GET', '/skips'),
  },
  skip: {
    arguments: '<SEQUENCE>',
    summary: 'skip the command that stopped the shard, on every member and in every replay',
    options: [
      ['--reason <text>', 'the reason, which is recorded'],
      ['--operator <name>', 'the name of the operator, which is recorded'],
    ],
    examples: ['skip 8123456 --reason "breaks the assertion in the evidence folder" --operator ines --yes'],
    warns: ([sequence]) => `Every member and every replay will pass over command ${sequence}`,
    run: (operator, [sequence = ''], flags) =>
      operator.call('POST', '/skips', {
        sequence: integerOf(sequence, 'SEQUENCE'),
        reason: needed(textOf(flags, 'reason'), '--reason'),
        operator: needed(textOf(flags, 'operator'), '--operator'),
      }),
  },
}

/** What a status stops, for a question; undefined when markets trade in it. */
function stops(status: string, symbols: readonly string[]): string | undefined {
  const name = status.toUpperCase()
  if (name === 'TRADING' || name === 'POST_ONLY') return undefined
  return `This stops trading (${name}) in ${symbols.length === 0 ? 'every market' : symbols.join(', ')}`
}

function needed(value: string | undefined, what: string): string {
  if (value === undefined || value === '') throw new Problem(`${what} is missing.`, EXIT_USAGE)
  return value
}

function phase(status: string, symbols: readonly string[]): object {
  return { status: status.toUpperCase(), ...(symbols.length === 0 ? {} : { symbols }) }
}
