import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { certificateFile, type DemoKey } from '@uptick/data-folder'
import { botTraders, demoTraders, listMarkets, openAccount, type DemoTrader } from '@uptick/demo'
import type { KeyRegistration, OperatorClient } from '@uptick/operator'
import type { DataFolder } from '../folder/data-folder.ts'

/**
 * Set up a new exchange through the operator API. Every step may be repeated, so the next start completes one that was
 * cut off anywhere. Definitions are only added when they are missing, deposits only when the account is empty. Keys are
 * saved in the settings before they are registered.
 */
export async function seedDemo(operator: OperatorClient, folder: DataFolder): Promise<void> {
  await listMarkets(operator)
  await seedTraders(operator, folder, demoTraders)
}

export async function seedBot(operator: OperatorClient, folder: DataFolder): Promise<void> {
  await seedTraders(operator, folder, botTraders)
}

/** Environment of the market maker's process. */
export function botEnvironment(folder: DataFolder, url: string, tls: boolean): Record<string, string> {
  const key = (owner: string): DemoKey => {
    const found = folder.settings.demoKeys.find((known) => known.owner === owner)
    if (found === undefined) throw new Error(`the data folder has no key of ${owner}`)
    return found
  }
  const [maker, taker] = [key('bot-maker'), key('bot-taker')]
  return {
    UPTICK_URL: url,
    ...(tls && { NODE_EXTRA_CA_CERTS: certificateFile(folder.path) }),
    MAKER_KEY: maker.apiKey,
    MAKER_SECRET: maker.secret,
    TAKER_KEY: taker.apiKey,
    TAKER_SECRET: taker.secret,
  }
}

async function seedTraders(
  operator: OperatorClient,
  folder: DataFolder,
  traders: readonly DemoTrader[],
): Promise<void> {
  for (const trader of traders) {
    if (await isRegistered(operator, folder, trader)) continue
    const account = await openAccount(operator, trader)
    const registered = new Set((await operator.keys(account)).map(({ apiKey }) => apiKey))
    for (const key of keysOf(folder, trader, account))
      if (!registered.has(key.apiKey)) await operator.addKey(account, registration(folder, key))
  }
}

/** Keys are registered last: when all of them are, the rest was done, and the trader may have changed it since. */
async function isRegistered(operator: OperatorClient, folder: DataFolder, trader: DemoTrader): Promise<boolean> {
  const known = folder.settings.demoKeys.filter(({ owner }) => owner === trader.label)
  const [first] = known
  if (first === undefined) return false
  const registered = new Set((await operator.keys(first.account)).map(({ apiKey }) => apiKey))
  return known.every(({ apiKey }) => registered.has(apiKey))
}

/** The trader's keys from the settings; created when there are none. */
function keysOf(folder: DataFolder, trader: DemoTrader, account: number): DemoKey[] {
  const { demoKeys } = folder.settings
  const known = demoKeys.filter(({ owner }) => owner === trader.label)
  const keys = (known.length > 0 ? known : makeKeys(folder, trader)).map((key) => ({ ...key, account }))
  folder.update({ demoKeys: [...demoKeys.filter(({ owner }) => owner !== trader.label), ...keys] })
  return keys
}

function makeKeys(folder: DataFolder, trader: DemoTrader): DemoKey[] {
  const owner = trader.label
  const apiKey = (): string => randomBytes(32).toString('hex')
  const hmac = { owner, account: 0, apiKey: apiKey(), secret: randomBytes(32).toString('hex'), privateKeyFile: '' }
  if (!trader.ed25519) return [hmac]
  const privateKeyFile = `${owner}-ed25519.pem`
  makePrivateKey(folder, privateKeyFile)
  return [hmac, { owner, account: 0, apiKey: apiKey(), secret: '', privateKeyFile }]
}

function makePrivateKey(folder: DataFolder, name: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519')
  folder.write(name, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return privateKey
}

/** Its public half is unknown before it is registered, so a key that cannot be read is created again. */
function privateKeyOf(folder: DataFolder, name: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(folder.file(name)))
  } catch {
    return makePrivateKey(folder, name)
  }
}

function registration(folder: DataFolder, key: DemoKey): KeyRegistration {
  const { owner: label, apiKey } = key
  if (key.secret !== '') return { label, type: 'HMAC', apiKey, secret: key.secret }
  const privateKey = privateKeyOf(folder, key.privateKeyFile)
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' })
  return { label, type: 'ED25519', apiKey, publicKey }
}
