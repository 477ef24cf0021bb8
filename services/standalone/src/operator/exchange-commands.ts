import { argument, assignments, wholeNumber, type Commands } from './command.ts'

/** What a list of symbols shows; the rest is in the definition of one. */
const LISTED = ['name', 'status', 'base', 'quote', 'priceDecimals', 'quantityDecimals', 'makerFee', 'takerFee']

/** The exchange as a whole: state, listing, phases, emergencies. */
export const exchangeCommands: Commands = {
  status: {
    usage: 'status',
    summary: 'what leads, how far the journal has come, what is open',
    examples: ['status', 'status --json'],
    run: (operator) => operator.call('GET', '/status'),
  },
  handoff: {
    usage: 'handoff',
    summary: 'let a standby lead; the engine that led follows it',
    examples: ['handoff'],
    run: (operator) => operator.call('POST', '/handoff'),
  },
  repair: {
    usage: 'repair',
    summary: 'after the journal has lost rows: append again what an engine still holds, so that the shard goes on',
    examples: ['repair'],
    run: (operator) => operator.call('POST', '/repair'),
  },
  totals: {
    usage: 'totals',
    summary: 'sums of every asset: free + locked + fees = deposits - withdrawals',
    examples: ['totals'],
    run: async (operator) => (await operator.totals()).totals,
  },
  assets: {
    usage: 'assets',
    summary: 'what can be held',
    examples: ['assets'],
    run: (operator) => operator.assets(),
  },
  symbols: {
    usage: 'symbols [NAME]',
    summary: 'what can be traded; with a name, all of its definition',
    examples: ['symbols', 'symbols BTCUSDT'],
    run: async (operator, [name]) => {
      if (name !== undefined) return operator.call('GET', `/symbols/${encodeURIComponent(name)}`)
      const symbols = await operator.call<Record<string, unknown>[]>('GET', '/symbols')
      return symbols.map((symbol) => Object.fromEntries(LISTED.map((column) => [column, symbol[column]])))
    },
  },
  'add-asset': {
    usage: 'add-asset CODE DECIMALS',
    summary: 'list an asset; its decimals are fixed for ever',
    examples: ['add-asset SOL 8'],
    run: (operator, args) =>
      operator.call('POST', '/assets', {
        code: argument(args, 0, 'CODE'),
        decimals: wholeNumber(argument(args, 1, 'DECIMALS'), 'DECIMALS'),
      }),
  },
  'add-symbol': {
    usage:
      'add-symbol BASE QUOTE --price-decimals N --quantity-decimals N [--maker-fee RATE] [--taker-fee RATE] [FILTER=VALUE …]',
    summary: 'open a market; both decimals together are at most those of QUOTE',
    examples: [
      'add-symbol SOL USDT --price-decimals 3 --quantity-decimals 3',
      'add-symbol SOL BTC --price-decimals 6 --quantity-decimals 2 --maker-fee 0 minNotional=0.0001 maxOrders=500',
    ],
    run: (operator, args, flags) =>
      operator.call('POST', '/symbols', {
        base: argument(args, 0, 'BASE'),
        quote: argument(args, 1, 'QUOTE'),
        priceDecimals: wholeNumber(flags['price-decimals'] ?? '', '--price-decimals'),
        quantityDecimals: wholeNumber(flags['quantity-decimals'] ?? '', '--quantity-decimals'),
        ...(flags['maker-fee'] === undefined ? {} : { makerFee: flags['maker-fee'] }),
        ...(flags['taker-fee'] === undefined ? {} : { takerFee: flags['taker-fee'] }),
        filters: assignments(args.slice(2)),
      }),
  },
  'set-filters': {
    usage: 'set-filters SYMBOL FILTER=VALUE …',
    summary: 'change filters; orders that rest are not touched',
    examples: [
      'set-filters BTCUSDT tickSize=0.05 minNotional=10',
      'set-filters BTCUSDT bidMultiplierUp=1.5 averagePriceMinutes=1',
    ],
    run: (operator, args) =>
      operator.call(
        'PUT',
        `/symbols/${encodeURIComponent(argument(args, 0, 'SYMBOL'))}/filters`,
        assignments(args.slice(1)),
      ),
  },
  phase: {
    usage: 'phase STATUS [SYMBOL …]',
    summary: 'move markets to TRADING, POST_ONLY, CANCEL_ONLY, HALT or BREAK; all of them when none is named',
    examples: ['phase CANCEL_ONLY', 'phase POST_ONLY BTCUSDT', 'phase TRADING'],
    run: (operator, args) => operator.call('PUT', '/phase', phase(argument(args, 0, 'STATUS'), args.slice(1))),
  },
  halt: {
    usage: 'halt [SYMBOL …]',
    summary: 'stop trading at once; cancels stay possible. Reopen in phases: cancel-only, post-only, trading',
    examples: ['halt', 'halt ETHBTC'],
    run: (operator, args) => operator.call('PUT', '/phase', phase('HALT', args)),
  },
  behaviours: {
    usage: 'behaviours',
    summary: 'numbered changes of the matching rules that are in force',
    examples: ['behaviours'],
    run: (operator) => operator.call('GET', '/behaviours'),
  },
  activate: {
    usage: 'activate BEHAVIOUR',
    summary: 'put a change of the matching rules in force, from the next command on; there is no way back',
    examples: ['activate 1'],
    run: (operator, args) =>
      operator.call('POST', '/behaviours', { behaviour: wholeNumber(argument(args, 0, 'BEHAVIOUR'), 'BEHAVIOUR') }),
  },
  skips: {
    usage: 'skips',
    summary: 'commands that every replay passes over',
    examples: ['skips'],
    run: (operator) => operator.call('GET', '/skips'),
  },
  skip: {
    usage: 'skip SEQUENCE --reason TEXT --operator NAME',
    summary: 'pass over the command that stopped the shard; every member and every replay will',
    examples: ['skip 8123456 --reason "breaks the assertion in the evidence folder" --operator ines'],
    run: (operator, args, { reason, operator: name }) =>
      operator.call('POST', '/skips', {
        sequence: wholeNumber(argument(args, 0, 'SEQUENCE'), 'SEQUENCE'),
        reason: argument([reason ?? ''], 0, '--reason'),
        operator: argument([name ?? ''], 0, '--operator'),
      }),
  },
}

function phase(status: string, symbols: readonly string[]): object {
  return { status: status.toUpperCase(), ...(symbols.length === 0 ? {} : { symbols }) }
}
