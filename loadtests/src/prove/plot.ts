/** A line or a filled area over time. */
export interface Series {
  readonly name: string
  readonly colour: string
  readonly kind: 'line' | 'area' | 'bars'
  /** Seconds, value; undefined breaks the line. */
  readonly points: readonly (readonly [second: number, value: number | undefined])[]
}

/** A vertical line at an action. */
export interface PlotMark {
  readonly second: number
  readonly label: string
  readonly colour: string
}

export interface PlotOptions {
  readonly title: string
  readonly unit: string
  readonly seconds: number
  readonly series: readonly Series[]
  readonly marks: readonly PlotMark[]
  /** Powers of ten, for latencies. */
  readonly logarithmic?: boolean
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [1100, 240, 62, 14, 30, 26]
const LOG_LEAST = 1

/** One plot as an SVG element. */
export function plot(options: PlotOptions): string {
  const { title, unit, seconds, series, marks } = options
  const values = series.flatMap(({ points }) => points.map(([, value]) => value ?? 0))
  const top = niceTop(Math.max(1, ...values), options.logarithmic === true)
  const x = (second: number): number => LEFT + (second / Math.max(seconds, 1)) * (WIDTH - LEFT - RIGHT)
  const y = (value: number): number => {
    const part =
      options.logarithmic === true
        ? Math.log(Math.max(value, LOG_LEAST) / LOG_LEAST) / Math.log(top / LOG_LEAST)
        : value / top
    return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)
  }
  const grid = ticks(top, options.logarithmic === true).map(
    (value) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" class="grid"/>` +
      `<text x="${LEFT - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value}</text>`,
  )
  const step = timeStep(seconds)
  const times: string[] = []
  for (let second = 0; second <= seconds; second += step)
    times.push(`<text x="${x(second).toFixed(1)}" y="${HEIGHT - 8}" text-anchor="middle">${second} s</text>`)
  const lines = marks.map(
    ({ second, label, colour }) =>
      `<line x1="${x(second).toFixed(1)}" x2="${x(second).toFixed(1)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" stroke="${colour}" class="mark"><title>${label} at ${second.toFixed(1)} s</title></line>`,
  )
  const legend = series
    .map(({ name, colour }) => `<tspan fill="${colour}" dx="14">■</tspan><tspan dx="4">${name}</tspan>`)
    .join('')
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">`,
    `<text x="${LEFT}" y="16" class="title">${title}, ${unit}${legend}</text>`,
    ...grid,
    ...times,
    ...series.map((one) => drawn(one, x, y)),
    ...lines,
    '</svg>',
  ].join('\n')
}

function drawn({ kind, colour, points }: Series, x: (second: number) => number, y: (value: number) => number): string {
  if (kind === 'bars') {
    return points
      .map(([second, value = 0]): [number, number] => [second, value])
      .filter(([, value]) => value > 0)
      .map(
        ([second, value]) =>
          `<line x1="${x(second).toFixed(1)}" x2="${x(second).toFixed(1)}" y1="${y(0).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="${colour}" stroke-width="3"/>`,
      )
      .join('')
  }
  let path = ''
  let isBroken = true
  for (const [second, value] of points) {
    if (value === undefined) {
      isBroken = true
      continue
    }
    path += `${isBroken ? 'M' : 'L'}${x(second).toFixed(1)} ${y(value).toFixed(1)}`
    isBroken = false
  }
  if (kind === 'line') return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.4"/>`
  const [first, last] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0]
  const base = y(0).toFixed(1)
  return `<path d="${path}L${x(last).toFixed(1)} ${base}L${x(first).toFixed(1)} ${base}Z" fill="${colour}" fill-opacity="0.35" stroke="${colour}"/>`
}

function niceTop(value: number, logarithmic: boolean): number {
  if (logarithmic) return 10 ** Math.ceil(Math.log10(Math.max(value, 10)))
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map((part) => part * power).find((nice) => nice >= value) ?? value
}

function ticks(top: number, logarithmic: boolean): number[] {
  if (!logarithmic) return [0, top / 2, top]
  const found: number[] = []
  for (let value = LOG_LEAST; value <= top; value *= 10) found.push(value)
  return found
}

function timeStep(seconds: number): number {
  return [1, 2, 5, 10, 20, 30, 60, 120, 300, 600].find((step) => seconds / step <= 14) ?? 1200
}
