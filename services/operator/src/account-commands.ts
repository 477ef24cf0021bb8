import { readFileSync } from 'node:fs'
import { messageOf, Problem } from '@uptick/commandline'
import type { OperatorClient } from './client.ts'
import { given, integerOf, textOf, type Commands, type Flags } from './command.ts'

const REFERENCE = ['--reference <text>', 'a repetition with the same reference is executed once'] as const

/** Accounts, their money, their keys. */
export const accountCommands: Commands = {
  accounts: {
    arguments: '[LABEL]',
    summary: 'accounts by number; with a text, those whose label contains it',
    options: [['--after <number>', 'those with a higher number']],
    examples: ['accounts', 'accounts carol', 'accounts --after 1000'],
    run: (operator, [label], flags) =>
      operator.call('GET', `/accounts${query({ label, after: number(flags, 'after') })}`),
  },
  account: {
    arguments: '<NUMBER>',
    summary: 'status, balances and fees of one account',
    examples: ['account 1'],
    run: (operator, args) => operator.call('GET', path(args)),
  },
  'add-account': {
    arguments: '<LABEL>',
    summary: 'open an account; its number is in the answer',
    examples: ['add-account "carol"'],
    run: (operator, [label]) => operator.call('POST', '/accounts', { label }),
  },
  deposit: {
    arguments: '<NUMBER> <AMOUNT> <ASSET>',
    summary: 'credit an account; a repetition with its reference is executed once',
    options: [REFERENCE],
    examples: ['deposit 3 250000 USDT --reference wire-2026-0117'],
    run: (operator, args, flags) => operator.call('POST', `${path(args)}/deposits`, funds(args, flags)),
  },
  withdraw: {
    arguments: '<NUMBER> <AMOUNT> <ASSET>',
    summary: 'debit the free balance of an account',
    options: [REFERENCE],
    examples: ['withdraw 3 0.25 BTC --reference payout-77'],
    run: (operator, args, flags) => operator.call('POST', `${path(args)}/withdrawals`, funds(args, flags)),
  },
  fees: {
    arguments: '<NUMBER> <MAKER> <TAKER>',
    summary: "an account's own rates of the received amount: 0.001 is 0.1 %",
    options: [['--symbol <symbol>', 'of one market; else of all']],
    examples: ['fees 3 0 0.0005', 'fees 3 0.0002 0.0004 --symbol BTCUSDT'],
    run: (operator, args, flags) =>
      operator.call('PUT', `${path(args)}/fees`, {
        maker: args[1],
        taker: args[2],
        ...given({ symbol: textOf(flags, 'symbol') }),
      }),
  },
  freeze: {
    arguments: '<NUMBER>',
    summary: 'no orders, no cancels, no withdrawals; open orders stay',
    examples: ['freeze 3'],
    run: (operator, args) => operator.call('PUT', `${path(args)}/status`, { status: 'FROZEN' }),
  },
  'cancel-only': {
    arguments: '<NUMBER>',
    summary: 'no new orders; cancels are possible',
    examples: ['cancel-only 3'],
    run: (operator, args) => operator.call('PUT', `${path(args)}/status`, { status: 'CANCEL_ONLY' }),
  },
  unfreeze: {
    arguments: '<NUMBER>',
    summary: 'return to ordinary trading',
    examples: ['unfreeze 3'],
    run: (operator, args) => operator.call('PUT', `${path(args)}/status`, { status: 'ACTIVE' }),
  },
  'cancel-all': {
    arguments: '<NUMBER>',
    summary: 'cancel every open order of an account in every market, frozen or not',
    examples: ['cancel-all 3 --yes'],
    warns: ([account]) => `This cancels every open order of account ${account} in every market`,
    run: (operator, args) => operator.call('DELETE', `${path(args)}/orders`),
  },
  keys: {
    summary: 'API keys, revoked ones included; secrets are never shown again',
    options: [['--account <number>', 'of one account']],
    examples: ['keys', 'keys --account 3'],
    run: (operator, _args, flags) => operator.call('GET', `/keys${query({ account: number(flags, 'account') })}`),
  },
  'add-key': {
    arguments: '<NUMBER>',
    summary: 'make an API key; prints the secret of an HMAC key, only this once',
    options: [
      ['--label <text>', 'the purpose of the key'],
      ['--type <type>', 'HMAC, ED25519 or RSA (default: HMAC)'],
      ['--public-key <file>', 'PEM, for ED25519 and RSA'],
      ['--addresses <list>', 'addresses and ranges from which it may be used, separated by commas'],
      ['--read-only', 'it cannot trade'],
      ['--unlimited', 'no limits of requests and orders: for your own tools'],
    ],
    examples: [
      'add-key 3 --label laptop',
      'add-key 3 --type ED25519 --public-key carol.pem',
      'add-key 3 --addresses 192.0.2.7,2001:db8::/32',
      'add-key 3 --read-only',
    ],
    run: addKey,
  },
  'revoke-key': {
    arguments: '<KEY>',
    summary: 'refuse a key everywhere within a second',
    examples: ['revoke-key Xb3… --yes'],
    warns: ([key]) => `This revokes the key ${key} for ever`,
    run: (operator, [key = '']) => operator.call('DELETE', `/keys/${encodeURIComponent(key)}`),
  },
}

function addKey(operator: OperatorClient, args: readonly string[], flags: Flags): Promise<unknown> {
  const file = textOf(flags, 'publicKey')
  const addresses = textOf(flags, 'addresses')
  return operator.call('POST', `${path(args)}/keys`, {
    ...given({ label: textOf(flags, 'label'), type: textOf(flags, 'type')?.toUpperCase() }),
    ...(file === undefined ? {} : { publicKey: readPublicKey(file) }),
    ...(addresses === undefined ? {} : { addresses: addressList(addresses) }),
    ...(flags['readOnly'] === true ? { canTrade: false } : {}),
    ...(flags['unlimited'] === true ? { unlimited: true } : {}),
  })
}

/** @throws Problem for a list of nothing, which would be a key for everywhere */
function addressList(text: string): string[] {
  const addresses = text.split(',').map((part) => part.trim())
  if (addresses.includes('')) throw new Problem('--addresses is a list of addresses, separated by commas.')
  return addresses
}

function readPublicKey(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Problem(`The public key cannot be read: ${messageOf(error)}.`)
  }
}

function path([account = '']: readonly string[]): string {
  return `/accounts/${integerOf(account, 'The account')}`
}

function funds([, amount, asset]: readonly string[], flags: Flags): object {
  return { amount, asset, ...given({ reference: textOf(flags, 'reference') }) }
}

function number(flags: Flags, name: string): number | undefined {
  const text = textOf(flags, name)
  return text === undefined ? undefined : integerOf(text, `--${name}`)
}

function query(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const pairs = Object.entries(given(parameters)).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}
