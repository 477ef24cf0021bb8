import { decodeFrame, FrameType, LinkRole } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { Doorkeeper, Introduction } from './handshake.ts'
import { parseLinkKeys } from './link-keys.ts'

const secret = (name: string): string => `${name}-`.repeat(40).slice(0, 40)
const keys = (...names: string[]) => {
  const known = parseLinkKeys(names.map((name) => secret(name)).join('\n'))
  return () => known
}

/** The engine's verdict on a proof; a text when the handshake ended before. */
function meet(
  introduction: Introduction,
  doorkeeper: Doorkeeper,
  tamper: {
    introduce?: (frame: Buffer) => void
    challenge?: (frame: Buffer) => void
    proof?: (frame: Buffer) => void
  } = {},
): LinkRole | string | undefined {
  const opening = introduction.open()
  tamper.introduce?.(opening)
  const introduce = decodeFrame(opening)
  if (introduce.type !== FrameType.INTRODUCE) throw new Error('no INTRODUCE')
  const challenge = doorkeeper.challenge(introduce)
  if (challenge === undefined) return 'no common secret'
  tamper.challenge?.(challenge)
  const proof = introduction.answer(challenge)
  if (typeof proof === 'string') return proof
  tamper.proof?.(proof)
  const proved = decodeFrame(proof)
  return proved.type === FrameType.PROOF ? doorkeeper.admit(proved) : 'no PROOF'
}

const flip = (at: number) => (frame: Buffer) => void (frame[at]! ^= 1)

test.each(Object.entries(LinkRole))('both ends that know the secret agree on the role %s', (_name, role) => {
  expect(meet(new Introduction(role, keys('one')), new Doorkeeper(keys('one')))).toBe(role)
})

test('neither end is accepted without the secret', () => {
  expect(meet(new Introduction(LinkRole.OPERATOR, keys('one')), new Doorkeeper(keys('two')))).toBe('no common secret')
  // An end that names a secret, whose name is public, and does not know the secret.
  const known = keys('one')()[0]!
  const pretended = () => [{ id: known.id, secret: Buffer.from(secret('guess')) }]
  expect(meet(new Introduction(LinkRole.OPERATOR, keys('one')), new Doorkeeper(pretended))).toBe(
    'the engine does not know the secret',
  )
  // The same for the other end, which does not check the engine's proof.
  const doorkeeper = new Doorkeeper(keys('one'))
  const introduce = decodeFrame(new Introduction(LinkRole.OPERATOR, pretended).open())
  if (introduce.type !== FrameType.INTRODUCE) throw new Error('no INTRODUCE')
  expect(doorkeeper.challenge(introduce)).toBeDefined()
  expect(doorkeeper.admit({ type: FrameType.PROOF, mac: new Uint8Array(32) })).toBeUndefined()
})

test('while a secret is replaced, every order in which processes learn of it works', () => {
  const stages = [keys('old'), keys('new', 'old'), keys('new')]
  for (const [from, dialling] of stages.entries()) {
    for (const [to, engine] of stages.entries()) {
      const isNeighbour = Math.abs(from - to) <= 1
      const met = meet(new Introduction(LinkRole.GATEWAY, dialling), new Doorkeeper(engine))
      expect(met === LinkRole.GATEWAY, `${from} dials ${to}`).toBe(isNeighbour)
    }
  }
})

test('every bit that both ends send is in the proof: role, nonces, MACs', () => {
  const introduction = () => new Introduction(LinkRole.GATEWAY, keys('one'))
  const doorkeeper = () => new Doorkeeper(keys('one'))
  // GATEWAY (1) becomes MEMBER (3): no third party can change the role.
  expect(meet(introduction(), doorkeeper(), { introduce: (frame) => void (frame[8] = LinkRole.MEMBER) })).toEqual(
    expect.any(String),
  )
  for (let at = 16; at < 48; at++) {
    expect(meet(introduction(), doorkeeper(), { introduce: flip(at) })).toEqual(expect.any(String))
  }
  for (let at = 16; at < 80; at++) {
    expect(meet(introduction(), doorkeeper(), { challenge: flip(at) })).toEqual(expect.any(String))
  }
  for (let at = 8; at < 40; at++) expect(meet(introduction(), doorkeeper(), { proof: flip(at) })).toBeUndefined()
})

test('a proof is valid for one connection and one attempt, and an engine’s own proof is not a proof of its peer', () => {
  let heard: Buffer | undefined
  const doorkeeper = new Doorkeeper(keys('one'))
  const tamper = { proof: (frame: Buffer) => void (heard = Buffer.from(frame)) }
  expect(meet(new Introduction(LinkRole.GATEWAY, keys('one')), doorkeeper, tamper)).toBe(LinkRole.GATEWAY)
  const repeated = decodeFrame(heard!)
  if (repeated.type !== FrameType.PROOF) throw new Error('no PROOF')
  expect(doorkeeper.admit(repeated)).toBeUndefined()

  const other = new Doorkeeper(keys('one'))
  const introduce = decodeFrame(new Introduction(LinkRole.GATEWAY, keys('one')).open())
  if (introduce.type !== FrameType.INTRODUCE) throw new Error('no INTRODUCE')
  const challenge = decodeFrame(other.challenge(introduce)!)
  if (challenge.type !== FrameType.CHALLENGE) throw new Error('no CHALLENGE')
  // The engine's proof, sent back to it.
  expect(other.admit({ type: FrameType.PROOF, mac: challenge.mac })).toBeUndefined()
  // The proof of another connection.
  expect(other.admit(repeated)).toBeUndefined()
  expect(other.challenge(introduce), 'one challenge for each connection').toBeUndefined()
})

test('a secret has a length, and there are two at most', () => {
  expect(parseLinkKeys(` ${secret('a')}\n\n${secret('b')} \n`).map((key) => key.secret.toString())).toEqual([
    secret('a'),
    secret('b'),
  ])
  for (const text of ['', ' \n', 'short', `${secret('a')},short`, [1, 2, 3].map((n) => secret(`${n}`)).join()]) {
    expect(() => parseLinkKeys(text)).toThrow(/^(it holds|a secret has)/)
  }
})
