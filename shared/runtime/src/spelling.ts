/** Shorter names are too close to each other to tell a misspelling from another program's variable. */
const COMPARED_LENGTH_MIN = 6
const DISTANCE_MAX = 1

/** The candidate that differs from `name` by one slip (a letter more, less, other, or two swapped); undefined if none. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  if (name.length < COMPARED_LENGTH_MIN) return undefined
  return candidates.find((candidate) => candidate.length >= COMPARED_LENGTH_MIN && oneSlip(name, candidate))
}

function oneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > DISTANCE_MAX || a === b) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const restA = a.slice(start, a.length - end)
  const restB = b.slice(start, b.length - end)
  const swapped = restA.length === 2 && restB.length === 2 && restA[0] === restB[1] && restA[1] === restB[0]
  return swapped || Math.max(restA.length, restB.length) <= DISTANCE_MAX
}
