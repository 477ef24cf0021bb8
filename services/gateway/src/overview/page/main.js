import { byId, html, svg } from './element.js'
import { clockTime, duration, grouped } from './format.js'
import { History } from './history.js'
import { drawLanes } from './lanes.js'
import { follow } from './stream.js'
import { engineTable, eventTable, flagSource, flagTable, gatewayTable, verdict } from './tables.js'

/** @import { Overview } from '../view.ts' */

const TOKEN = 'operator-token'
const WINDOWS = [2, 5, 15, 30]
const COLOURS = 5
const MINUTE = 60_000

const history = new History()
/** Releases in the order in which they came. @type {string[]} */
const releases = []
/** @type {Overview | undefined} */
let overview
let minutes = 5
let trouble = ''
/** When the gateway was heard last, by this machine's clock. */
let heardAt = 0
let stop = () => {}

/** @param {string | undefined} release */
function releaseClass(release) {
  if (release === undefined) return ''
  if (!releases.includes(release)) releases.push(release)
  return `release-${releases.indexOf(release) % COLOURS}`
}

function signOut(reason = '') {
  stop()
  sessionStorage.removeItem(TOKEN)
  byId('exchange').hidden = true
  byId('sign-out').hidden = true
  byId('sign-in').hidden = false
  byId('refused').textContent = reason
  byId('connection').textContent = ''
  byId('token').focus()
}

/** @param {string} token */
function show(token) {
  stop()
  byId('sign-in').hidden = true
  byId('connection').textContent = 'connecting'
  stop = follow(token, {
    past: (event) => {
      history.restart(event)
      update(event.overview)
      sessionStorage.setItem(TOKEN, token)
      byId('exchange').hidden = false
      byId('sign-out').hidden = false
      draw()
    },
    now: (event) => {
      history.add(event)
      update(event.overview)
      draw()
    },
    lost: (reason) => {
      trouble = reason
      drawConnection()
    },
    refused: () => signOut('That is not the operator token.'),
  })
}

/** @param {Overview} now */
function update(now) {
  overview = now
  trouble = ''
  heardAt = Date.now()
}

function draw() {
  if (!overview) return
  drawConnection()
  drawVerdict(overview)
  drawNumbers(overview)
  drawTimeline(overview)
  byId('engines').replaceChildren(engineTable(overview, releaseClass))
  byId('gateways').replaceChildren(gatewayTable(overview, releaseClass))
  byId('flags').replaceChildren(flagTable(overview))
  byId('flags-source').textContent = flagSource(overview)
  byId('events').replaceChildren(eventTable(history.marks))
}

function drawConnection() {
  const said = byId('connection')
  const age = Date.now() - heardAt
  const isLost = trouble !== ''
  said.className = isLost ? 'bad' : 'dim'
  if (isLost && overview) said.textContent = `no gateway answers; this is ${duration(age)} old (${trouble})`
  else if (isLost) said.textContent = `no gateway answers (${trouble})`
  else if (overview) said.textContent = `live from ${overview.gateway}, ${clockTime(overview.at)} UTC`
}

/** Only what has changed: a screen reader says it. @param {Overview} now */
function drawVerdict(now) {
  const { kind, title, more } = verdict(now)
  const place = byId('verdict')
  place.className = kind
  const key = `${kind} ${title} ${more}`.replaceAll(/[\d.]+ (ms|s|min)\b/g, '')
  place.setAttribute('aria-live', place.dataset['key'] === key ? 'off' : 'polite')
  place.dataset['key'] = key
  place.replaceChildren(html('strong', {}, title), html('p', {}, more))
}

/** @param {Overview} now */
function drawNumbers({ leader, processes, databaseAgeMs, isDatabaseAway, at }) {
  const shown = new Set(processes.flatMap(({ release }) => release ?? []))
  const age = leader && at - leader.seenAt > 3_000 ? ` (${duration(at - leader.seenAt)} ago)` : ''
  const database = isDatabaseAway ? `silent for ${duration(databaseAgeMs)}` : 'answers'
  /** @type {[string, string, string][]} */
  const numbers = [
    ['Epoch', leader ? `${leader.epoch}${age}` : 'unknown', ''],
    ['Sequence', leader ? grouped(leader.sequence) : 'unknown', ''],
    ['Running hash', leader?.hash ?? 'unknown', 'mono'],
    [shown.size === 1 ? 'Release' : 'Releases', [...shown].join(', ') || 'unknown', ''],
    ['PostgreSQL', database, isDatabaseAway ? 'bad' : ''],
  ]
  byId('numbers').replaceChildren(
    ...numbers.map(([name, value, style]) =>
      html('div', {}, html('dt', {}, name), html('dd', { class: style }, value)),
    ),
  )
}

/** @param {Overview} now */
function drawTimeline({ at }) {
  const place = byId('lanes')
  const from = at - minutes * MINUTE
  const { begin, spans, marks } = history
  for (const { release } of spans) releaseClass(release)
  const width = Math.max(320, place.clientWidth)
  place.replaceChildren(drawLanes({ width, from, to: at, begin, spans, marks, releaseClass }))
  byId('begin').textContent =
    `The history begins at ${clockTime(begin)}: a gateway keeps half an hour, since it started.`
  drawLegend()
}

function drawLegend() {
  const swatch = (/** @type {string} */ style) =>
    svg(
      'svg',
      { viewBox: '0 0 16 12', 'aria-hidden': 'true' },
      svg('rect', { class: style, x: 1, y: 1, width: 14, height: 10, rx: 2 }),
    )
  const key = (/** @type {string} */ style, /** @type {string} */ text) =>
    html('span', { class: 'key' }, swatch(style), text)
  byId('legend').replaceChildren(
    ...releases.map((release) => key(`bar ${releaseClass(release)}`, `release ${release}`)),
    key('bar', 'leads, serves'),
    key('bar pale', 'standby'),
    key('bar hollow', 'starts, drains'),
    key('bar ill', 'not ready'),
    key('mark-hold', 'commands held'),
  )
}

function offerWindows() {
  const buttons = WINDOWS.map((each) => {
    const button = html('button', { type: 'button', 'aria-pressed': String(each === minutes) }, `${each} min`)
    button.addEventListener('click', () => {
      minutes = each
      offerWindows()
      draw()
    })
    return button
  })
  byId('windows').replaceChildren(...buttons)
}

byId('sign-in').addEventListener('submit', (event) => {
  event.preventDefault()
  const field = byId('token')
  if (!(field instanceof HTMLInputElement)) return
  byId('refused').textContent = ''
  show(field.value)
  field.value = ''
})
byId('sign-out').addEventListener('click', () => signOut())
window.addEventListener('resize', draw)
setInterval(drawConnection, 1_000)
offerWindows()

const known = sessionStorage.getItem(TOKEN)
if (known === null) signOut()
else show(known)
