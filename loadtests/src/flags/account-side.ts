/** Flags by account that the proof flips, both at once. */
export const FLIPPED = ['amend-keep-priority', 'numbered-user-streams'] as const
export type Flipped = (typeof FLIPPED)[number]

/**
 * From which percentage on a flag is on for an account, 1 to 100. This is Unleash's published rule for a gradual rollout with
 * the stickiness `userId`: https://docs.getunleash.io/reference/stickiness. It is written anew here, so that the proof does
 * not ask the code that it checks.
 */
export function placeOf(flag: Flipped, account: number): number {
  return (murmur3(`${flag}:${account}`) % 100) + 1
}

export function isOnAt(flag: Flipped, account: number, percent: number): boolean {
  return placeOf(flag, account) <= percent
}

const [C1, C2] = [0xcc_9e_2d_51, 0x1b_87_35_93]

/** MurmurHash3, x86, 32 bit, seed 0, of ASCII text: https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp */
export function murmur3(text: string): number {
  const bytes = Buffer.from(text, 'ascii')
  const whole = bytes.length & ~3
  let hash = 0
  for (let at = 0; at < whole; at += 4) {
    hash = rotated(hash ^ mixed(bytes.readInt32LE(at)), 13)
    hash = (Math.imul(hash, 5) + 0xe6_54_6b_64) | 0
  }
  if (whole < bytes.length) hash ^= mixed(bytes.readUIntLE(whole, bytes.length - whole))
  hash ^= bytes.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function mixed(word: number): number {
  return Math.imul(rotated(Math.imul(word, C1), 15), C2)
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
