import { readFileSync } from 'node:fs'
import type { OperatorClient } from './client.ts'
import { argument, wholeNumber, type Commands, type Flags } from './command.ts'

/** Accounts, their money, their keys. */
export const accountCommands: Commands = {
  account: {
    usage: 'account NUMBER',
    summary: 'status, balances and fees of one account',
    examples: ['account 1'],
    run: (operator, args) => operator.call('GET', path(args)),
  },
  'add-account': {
    usage: 'add-account LABEL',
    summary: 'open an account; its number is in the answer',
    examples: ['add-account "carol"'],
    run: (operator, args) => operator.call('POST', '/accounts', { label: argument(args, 0, 'LABEL') }),
  },
  deposit: {
    usage: 'deposit NUMBER AMOUNT ASSET [--reference TEXT]',
    summary: 'credit an account; sent again with its reference, it is done once',
    examples: ['deposit 3 250000 USDT --reference wire-2026-0117'],
    run: (operator, args, flags) => operator.call('POST', `${path(args)}/deposits`, funds(args, flags)),
  },
  withdraw: {
    usage: 'withdraw NUMBER AMOUNT ASSET [--reference TEXT]',
    summary: 'debit what is free',
    examples: ['withdraw 3 0.25 BTC --reference payout-77'],
    run: (operator, args, flags) => operator.call('POST', `${path(args)}/withdrawals`, funds(args, flags)),
  },
  fees: {
    usage: 'fees NUMBER MAKER TAKER [--symbol SYMBOL]',
    summary: "an account's own rates of the received amount: 0.001 is 0.1 %",
    examples: ['fees 3 0 0.0005', 'fees 3 0.0002 0.0004 --symbol BTCUSDT'],
    run: (operator, args, { symbol }) =>
      operator.call('PUT', `${path(args)}/fees`, {
        maker: argument(args, 1, 'MAKER'),
        taker: argument(args, 2, 'TAKER'),
        ...(symbol === undefined ? {} : { symbol }),
      }),
  },
  freeze: {
    usage: 'freeze NUMBER',
    summary: 'no orders, no cancels, no withdrawals; open orders stay',
    examples: ['freeze 3'],
    run: (operator, args) => operator.call('PUT', `${path(args)}/status`, { status: 'FROZEN' }),
  },
  'cancel-only': {
    usage: 'cancel-only NUMBER',
    summary: 'no new orders; cancels are possible',
    examples: ['cancel-only 3'],
    run: (operator, args) => operator.call('PUT', `${path(args)}/status`, { status: 'CANCEL_ONLY' }),
  },
  unfreeze: {
    usage: 'unfreeze NUMBER',
    summary: 'back to ordinary trading',
    examples: ['unfreeze 3'],
    run: (operator, args) => operator.call('PUT', `${path(args)}/status`, { status: 'ACTIVE' }),
  },
  'cancel-all': {
    usage: 'cancel-all NUMBER',
    summary: 'cancel every open order of an account, frozen or not',
    examples: ['cancel-all 3'],
    run: (operator, args) => operator.call('DELETE', `${path(args)}/orders`),
  },
  keys: {
    usage: 'keys [--account NUMBER]',
    summary: 'API keys, revoked ones included; secrets are never shown again',
    examples: ['keys', 'keys --account 3'],
    run: (operator, _args, { account }) =>
      operator.call('GET', account === undefined ? '/keys' : `/keys?account=${wholeNumber(account, '--account')}`),
  },
  'add-key': {
    usage: 'add-key NUMBER [--label TEXT] [--type HMAC|ED25519|RSA] [--public-key FILE] [--read-only] [--unlimited]',
    summary: 'an API key; the secret of an HMAC key is in the answer, this once',
    examples: ['add-key 3 --label laptop', 'add-key 3 --type ED25519 --public-key carol.pem', 'add-key 3 --read-only'],
    run: addKey,
  },
  'revoke-key': {
    usage: 'revoke-key KEY',
    summary: 'refuse a key everywhere within a second',
    examples: ['revoke-key Xb3…'],
    run: (operator, args) => operator.call('DELETE', `/keys/${encodeURIComponent(argument(args, 0, 'KEY'))}`),
  },
}

function addKey(operator: OperatorClient, args: readonly string[], flags: Flags): Promise<unknown> {
  const { label, type, unlimited } = flags
  const file = flags['public-key']
  return operator.call('POST', `${path(args)}/keys`, {
    ...(label === undefined ? {} : { label }),
    ...(type === undefined ? {} : { type: type.toUpperCase() }),
    ...(file === undefined ? {} : { publicKey: readFileSync(file, 'utf8') }),
    ...(flags['read-only'] === true ? { canTrade: false } : {}),
    ...(unlimited === true ? { unlimited } : {}),
  })
}

function path(args: readonly string[]): string {
  return `/accounts/${wholeNumber(argument(args, 0, 'NUMBER of the account'), 'The account')}`
}

function funds(args: readonly string[], { reference }: Flags): object {
  const sent = { amount: argument(args, 1, 'AMOUNT'), asset: argument(args, 2, 'ASSET') }
  return reference === undefined ? sent : { ...sent, reference }
}
