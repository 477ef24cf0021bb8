import { escaped } from '../prove/page.ts'

/** A stretch of a lane, in seconds. */
export interface LaneStretch {
  readonly from: number
  readonly to: number
  readonly colour: string
  readonly title: string
}

export interface Lane {
  readonly name: string
  readonly stretches: readonly LaneStretch[]
}

/** Left and right margins as in the plots, so that they align. */
const [WIDTH, LEFT, RIGHT, TOP, LANE, BAR] = [1100, 62, 14, 30, 16, 11]

/** One line per lane over time, with its states. */
export function lanePlot(title: string, lanes: readonly Lane[], seconds: number): string {
  const x = (second: number): number =>
    LEFT + (Math.min(Math.max(second, 0), seconds) / seconds) * (WIDTH - LEFT - RIGHT)
  const height = TOP + lanes.length * LANE + 8
  const rows = lanes.map(({ name, stretches }, index) => {
    const top = TOP + index * LANE
    const bars = stretches
      .filter(({ from, to }) => from < seconds && to > 0)
      .map(({ from, to, colour, title: text }) => {
        const width = Math.max(1, x(to) - x(from)).toFixed(1)
        const label = `<title>${escaped(`${name}: ${text}`)}</title>`
        return `<rect x="${x(from).toFixed(1)}" y="${top}" width="${width}" height="${BAR}" fill="${colour}">${label}</rect>`
      })
    const begin = Math.max(LEFT, Math.min(...stretches.map(({ from }) => x(from))))
    return `${bars.join('')}<text x="${(begin + 4).toFixed(1)}" y="${top + 9}" fill="#222">${escaped(name)}</text>`
  })
  return [
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<text x="${LEFT}" y="16" class="title">${escaped(title)}</text>`,
    ...rows,
    '</svg>',
  ].join('\n')
}
