import { svg } from './element.js'
import { clockTime, duration, exactTime, stateName } from './format.js'

/** @import { Mark, Span } from '../view.ts' */

const ROW = 26
const BAR = 16
const TOP = 34
const GROUP = 20
const AXIS = 24
const RIGHT = 12
/** Distances between ticks, ms; the first that leaves room for its text. */
const TICKS = [10_000, 30_000, 60_000, 120_000, 300_000, 600_000]
const TICK_PIXELS_MIN = 80
const CHARACTER = 6.6

/** How a state is drawn: what serves is solid, what is prepared is pale, what comes or goes is hollow. */
const LOOKS = new Map([
  ['leading', 'solid'],
  ['serving', 'solid'],
  ['standby', 'pale'],
  ['starting', 'hollow'],
  ['recovering', 'hollow'],
  ['catching-up', 'hollow'],
  ['taking-over', 'hollow'],
  ['handing-off', 'hollow'],
  ['draining', 'hollow'],
  ['stopping', 'hollow'],
])

/** @param {string} state */
export function lookOf(state) {
  return LOOKS.get(state) ?? 'ill'
}

/**
 * @typedef {object} Drawing
 * @property {number} width pixels
 * @property {number} from ms since 1970
 * @property {number} to
 * @property {number} begin where the history begins
 * @property {readonly Span[]} spans
 * @property {readonly Mark[]} marks
 * @property {(release: string | undefined) => string} releaseClass
 */

/**
 * The timeline: a lane for each place of an engine or a gateway, and one for what callers felt.
 *
 * @param {Drawing} drawing
 */
export function drawLanes(drawing) {
  const { width, from, to } = drawing
  const spans = drawing.spans.filter((span) => (span.to ?? to) >= from)
  const marks = drawing.marks.filter((mark) => (mark.to ?? to) >= from)
  const lanes = lanesOf(spans)
  const left = Math.min(width * 0.34, 24 + CHARACTER * Math.max(8, ...lanes.map(({ name }) => name.length)))
  const scale = (/** @type {number} */ at) =>
    left + ((Math.min(to, Math.max(from, at)) - from) / (to - from)) * (width - left - RIGHT)
  const groups = new Set(lanes.map(({ kind }) => kind)).size
  const bottom = TOP + groups * GROUP + lanes.reduce((sum, { rows }) => sum + rows.length * ROW, 0) + 4
  const place = { ...drawing, left, scale, bottom }
  return svg(
    'svg',
    {
      viewBox: `0 0 ${width} ${bottom + AXIS}`,
      height: bottom + AXIS,
      role: 'img',
      'aria-label': 'Timeline of engines and gateways; the tables and events below say the same',
    },
    ...ticks(place),
    ...beginning(place),
    ...marks.filter(({ kind }) => kind === 'database').map((mark) => band(mark, place)),
    ...rowsOf(lanes, place),
    ...marks.filter(({ kind }) => kind === 'leader').map((mark) => band(mark, place)),
    ...felt(marks, place),
  )
}

/** @typedef {Drawing & { left: number, scale: (at: number) => number, bottom: number }} Place */

/** @param {readonly Span[]} spans */
function lanesOf(spans) {
  /** @type {Map<string, { kind: string, name: string, rows: Span[][] }>} */
  const lanes = new Map()
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const key = `${span.kind} ${span.name}`
    const lane = lanes.get(key) ?? { kind: span.kind, name: span.name, rows: [] }
    lanes.set(key, lane)
    // A process stays in its row; one that comes before another has gone gets a row of its own.
    const row =
      lane.rows.find((each) => each.some(({ process }) => process === span.process)) ??
      lane.rows.find((each) => each.every((other) => other.to !== null && other.to <= span.from))
    if (row) row.push(span)
    else lane.rows.push([span])
  }
  return [...lanes.values()].toSorted((a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name))
}

/** @param {ReturnType<typeof lanesOf>} lanes @param {Place} place */
function rowsOf(lanes, place) {
  const drawn = []
  let y = TOP
  let group = ''
  for (const { kind, name, rows } of lanes) {
    if (kind !== group) {
      drawn.push(
        svg('rect', { class: 'group', x: 0, y, width: place.width, height: GROUP }),
        svg('text', { class: 'tick', x: 12, y: y + 14 }, kind === 'engine' ? 'Engines' : 'Gateways'),
      )
      y += GROUP
      group = kind
    }
    drawn.push(svg('text', { x: 12, y: y + ROW / 2 + 4 }, shortened(name, place.left)))
    for (const row of rows) {
      for (const span of row) drawn.push(...bar(span, y + (ROW - BAR) / 2, place))
      y += ROW
    }
  }
  return drawn
}

/** @param {string} name @param {number} left */
function shortened(name, left) {
  const most = Math.floor((left - 16) / CHARACTER)
  return name.length <= most ? name : `…${name.slice(1 - most)}`
}

/** @param {Span} span @param {number} y @param {Place} place */
function bar(span, y, { scale, to, releaseClass }) {
  const { name, state, release, from } = span
  const end = span.to ?? to
  const x = scale(from)
  const width = Math.max(2, scale(end) - x)
  const look = lookOf(state)
  const said = release === undefined ? 'release unknown' : `release ${release}`
  const title = `${name}: ${stateName(state)}, ${said}\n${exactTime(from)} to ${span.to === null ? 'now' : exactTime(end)}, ${duration(end - from)}`
  const height = look === 'solid' || look === 'ill' ? BAR : BAR - 4
  const top = y + (BAR - height) / 2
  const shape = svg('rect', {
    class: `bar ${look} ${releaseClass(release)}`,
    x,
    y: top,
    width,
    height,
    rx: 2,
    title,
  })
  const texts = release === undefined ? [stateName(state)] : [`${stateName(state)} · ${release}`, stateName(state)]
  const text = texts.find((each) => each.length * CHARACTER + 12 <= width)
  if (text === undefined) return [shape]
  const style = look === 'solid' ? 'on-bar' : 'on-pale'
  return [shape, svg('text', { class: style, x: x + 6, y: y + 12, 'pointer-events': 'none' }, text)]
}

/** @param {Place} place */
function ticks({ from, to, left, width, scale, bottom }) {
  const pixels = (width - left - RIGHT) / (to - from)
  const step = TICKS.find((each) => each * pixels >= TICK_PIXELS_MIN) ?? 600_000
  const drawn = []
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const x = scale(at)
    drawn.push(
      svg('line', { class: 'grid', x1: x, x2: x, y1: TOP, y2: bottom }),
      svg(
        'text',
        { class: 'tick', x, y: bottom + 16, 'text-anchor': x > width - 40 ? 'end' : 'middle' },
        clockTime(at),
      ),
    )
  }
  return drawn
}

/** The time of which nothing is known. @param {Place} place */
function beginning({ begin, from, left, scale, bottom }) {
  if (begin <= from) return []
  const width = scale(begin) - left
  const title = `nothing is known of the time before ${clockTime(begin)}`
  return [svg('rect', { class: 'group', x: left, y: TOP, width, height: bottom - TOP, title })]
}

/** @param {Mark} mark @param {Place} place */
function band({ kind, from, to: ended, text }, { scale, to, bottom }) {
  const x = scale(from)
  const width = Math.max(kind === 'leader' ? 1.5 : 2, scale(ended ?? to) - x)
  const title = `${exactTime(from)} ${text}${ended === null ? '' : `, ${duration(ended - from)}`}`
  return svg('rect', { class: `mark-${kind}`, x, y: TOP, width, height: bottom - TOP, title })
}

/** Above the lanes: changes of leader, and the commands that waited. @param {readonly Mark[]} marks @param {Place} place */
function felt(marks, { left, scale, to, bottom }) {
  /** @type {SVGElement[]} */
  const drawn = [svg('text', { class: 'tick', x: 12, y: 21 }, 'Callers')]
  let free = left
  for (const mark of marks.toSorted((a, b) => a.from - b.from)) {
    if (mark.kind === 'database') continue
    const x = scale(mark.from)
    const end = scale(mark.to ?? to)
    const title = `${exactTime(mark.from)} ${mark.text}`
    if (mark.kind === 'hold') {
      drawn.push(svg('rect', { class: 'mark-hold', x, y: TOP - 7, width: Math.max(3, end - x), height: 5, title }))
      continue
    }
    drawn.push(svg('line', { class: 'line-leader', x1: end, x2: end, y1: TOP - 12, y2: bottom, title }))
    const [epoch] = /^epoch \d+/.exec(mark.text) ?? ['no leader']
    const label = `${epoch} · ${duration((mark.to ?? to) - mark.from)}`
    if (end < free) continue
    drawn.push(svg('text', { class: 'dim', x: Math.max(left, end - 4), y: 16 }, label))
    free = end + label.length * CHARACTER + 12
  }
  return drawn
}
