import type { Mutation } from './mutation.ts'

/** Part of a room's mutations that its tests must notice. */
export const NOTICED_MIN = 0.9

/** The result of a mutation. `out of time`: it was not run any more. */
export type Fate = 'noticed' | 'survived' | 'equivalent' | 'broken' | 'out of time'

export interface Judged {
  readonly room: string
  readonly mutation: Mutation
  readonly fate: Fate
}

/** One line for each room: `ROOM noticed/run (percent)`, and the rooms that do not pass. */
export function scores(judged: readonly Judged[]): { readonly lines: string[]; readonly failures: string[] } {
  const [lines, failures] = [[] as string[], [] as string[]]
  for (const [room, mine] of Map.groupBy(judged, (each) => each.room)) {
    const count = (fate: Fate): number => mine.filter((each) => each.fate === fate).length
    const [noticed, run] = [count('noticed'), count('noticed') + count('survived')]
    const part = run === 0 ? 0 : noticed / run
    const besides = (['equivalent', 'broken', 'out of time'] as const).flatMap((fate) =>
      count(fate) > 0 ? [`${count(fate)} ${fate}`] : [],
    )
    const text = `${noticed} of ${run} noticed (${Math.floor(part * 100)} %)`
    lines.push([`${room.padEnd(12)} ${text}`, ...besides].join(', '))
    if (run > 0 && part < NOTICED_MIN) failures.push(`${room}: ${text}, ${NOTICED_MIN * 100} % are asked`)
    if (count('broken') > 0) failures.push(`${room}: ${count('broken')} could not be tried`)
    if (count('out of time') > 0) failures.push(`${room}: ${count('out of time')} were not tried in time`)
  }
  return { lines, failures }
}

/** The mutation for people: the file and the changed line. */
export function describeMutation({ file, find, replace, equivalent }: Mutation): string {
  const reason = equivalent === undefined ? '' : `\n    = ${equivalent}`
  return `${file}\n    - ${inOneLine(find)}\n    + ${inOneLine(replace)}${reason}`
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ⏎ ').trim()
}
