const PARTS = 250

/**
 * A local address of this machine for each number: 127.0.1.1, 127.0.1.2 … `undefined` where the loopback interface has
 * only one address, which is everywhere except on Linux.
 */
export function loopback(number: number): string | undefined {
  if (process.platform !== 'linux') return undefined
  return `127.0.${1 + Math.floor(number / PARTS)}.${1 + (number % PARTS)}`
}
