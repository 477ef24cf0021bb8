import { html } from './element.js'
import { counted, duration, exactTime, grouped, stateName } from './format.js'
import { lookOf } from './lanes.js'

/** @import { Mark, Overview, ProcessView } from '../view.ts' */
/** @import { Content } from './element.js' */

/** What was seen longer ago is said to be old, ms. */
const OLD_MS = 3_000
const EVENTS_SHOWN_MAX = 12

/**
 * @param {readonly string[]} heads those that begin with # are of numbers
 * @param {readonly (readonly Content[])[]} rows
 */
function table(heads, rows) {
  const isNumber = heads.map((head) => head.startsWith('#'))
  const names = heads.map((head) =>
    html('th', { scope: 'col', ...(head.startsWith('#') && { class: 'number' }) }, head.replace('#', '')),
  )
  const lines = rows.map((cells) =>
    html('tr', {}, ...cells.map((cell, i) => html('td', classOf(isNumber[i] === true, heads[i]), cell))),
  )
  return html('table', {}, html('thead', {}, html('tr', {}, ...names)), html('tbody', {}, ...lines))
}

/** @param {boolean} isNumber @param {string | undefined} head @returns {Record<string, string>} */
function classOf(isNumber, head) {
  if (isNumber) return { class: 'number' }
  return head === 'Ready' ? { class: 'reason' } : {}
}

/** @param {Overview} overview @param {(release: string | undefined) => string} releaseClass */
export function engineTable({ at, processes, silent }, releaseClass) {
  const engines = inOrder(processes, 'engine')
  const answering = engines.map((engine) => [
    engine.name,
    stateOf(engine),
    releaseOf(engine, releaseClass),
    engine.sequence === undefined ? '' : grouped(engine.sequence),
    engine.lag === undefined ? '' : grouped(engine.lag),
    runningFor(engine, at),
    readiness(engine, at),
  ])
  const known = new Set(engines.map(({ url }) => url))
  const quiet = silent
    .filter(({ url }) => !known.has(url))
    .map(({ name, url }) => [
      name,
      html('span', { class: 'bad' }, 'no answer'),
      '',
      '',
      '',
      '',
      `${url} does not answer`,
    ])
  return table(['Engine', 'State', 'Release', '#Sequence', '#Behind', '#Up', 'Ready'], [...answering, ...quiet])
}

/** @param {Overview} overview @param {(release: string | undefined) => string} releaseClass */
export function gatewayTable({ at, processes }, releaseClass) {
  const rows = inOrder(processes, 'gateway').map((one) => {
    const { gateway } = one
    const held = gateway && gateway.holds.commands + gateway.holds.refused
    return [
      one.name,
      stateOf(one),
      releaseOf(one, releaseClass),
      gateway && grouped(gateway.connections),
      gateway && grouped(gateway.webSockets),
      gateway && grouped(gateway.queued + gateway.unanswered),
      held === undefined ? '' : held === 0 ? '0' : `${grouped(held)} (${duration(gateway?.holds.longestMs ?? 0)})`,
      gateway && html('span', gateway.holds.refused > 0 ? { class: 'bad' } : {}, grouped(gateway.holds.refused)),
      runningFor(one, at),
      readiness(one, at),
    ]
  })
  const heads = [
    'Gateway',
    'State',
    'Release',
    '#Connections',
    '#WebSockets',
    '#In flight',
    '#Held (longest)',
    '#Refused',
    '#Up',
    'Ready',
  ]
  return table(heads, rows)
}

/** @param {Overview} overview */
export function flagTable({ flags: { flags } }) {
  const rows = flags.map(({ name, isOn, source, kind, owner, ends }) => [
    html('code', {}, name),
    html('span', { class: isOn ? 'good' : 'dim' }, isOn ? 'on' : 'off'),
    source,
    kind,
    owner,
    ends,
  ])
  return table(['Flag', 'Is', 'Decided by', 'Kind', 'Owner', 'Ends'], rows)
}

/** @param {Overview} overview */
export function flagSource({ gateway, flags: { ageSeconds } }) {
  const unleash = ageSeconds === undefined ? '' : ` Unleash answered ${duration(ageSeconds * 1_000)} ago.`
  return `As ${gateway} evaluates them for no account.${unleash}`
}

/** The newest first. @param {readonly Mark[]} marks */
export function eventTable(marks) {
  if (marks.length === 0) return html('p', { class: 'dim' }, 'No change of leader, no command held.')
  const newest = marks.toSorted((a, b) => b.from - a.from).slice(0, EVENTS_SHOWN_MAX)
  const rows = newest.map(({ kind, from, to, text }) => [
    exactTime(from),
    html('span', { class: kind === 'leader' ? '' : kind === 'hold' ? 'warn' : 'bad' }, text),
    to === null ? 'goes on' : kind === 'hold' || to === from ? '' : duration(to - from),
  ])
  return table(['Time', 'Event', '#Took'], rows)
}

/** @param {readonly ProcessView[]} processes @param {ProcessView['kind']} kind */
function inOrder(processes, kind) {
  return processes
    .filter((each) => each.kind === kind)
    .toSorted((a, b) => a.name.localeCompare(b.name) || (a.startedAt ?? 0) - (b.startedAt ?? 0))
}

/** @param {ProcessView} process */
function stateOf({ state }) {
  const look = lookOf(state)
  const colour = look === 'ill' ? 'bad' : look === 'hollow' ? 'warn' : 'good'
  return html('span', { class: colour }, stateName(state))
}

/** @param {ProcessView} process @param {(release: string | undefined) => string} releaseClass */
function releaseOf({ release }, releaseClass) {
  if (release === undefined) return html('span', { class: 'dim' }, 'does not say')
  return html('span', {}, html('span', { class: `chip ${releaseClass(release)}` }), release)
}

/** @param {ProcessView} process @param {number} at */
function runningFor({ startedAt }, at) {
  return startedAt === undefined ? '' : duration(Math.max(0, at - startedAt))
}

/** @param {ProcessView} process @param {number} at */
function readiness({ isReady, unmet, seenAt }, at) {
  const reasons = unmet.map(({ name, reason }) => (reason === '' ? name : `${name}: ${reason}`)).join('; ')
  const age = at - seenAt > OLD_MS ? ` (last seen ${duration(at - seenAt)} ago)` : ''
  if (isReady) return html('span', { class: age === '' ? 'good' : 'warn' }, `yes${reasons && `, but ${reasons}`}${age}`)
  return html('span', { class: 'bad' }, `no${reasons && `: ${reasons}`}${age}`)
}

/** The state of the exchange in a sentence or two. @param {Overview} overview @returns {{ kind: string, title: string, more: string }} */
export function verdict(overview) {
  const { at, source, leader, leaderlessSince, isDatabaseAway, databaseAgeMs, processes, silent, gateway } = overview
  const isLed = leaderlessSince === undefined && leader !== undefined
  if (!isLed) {
    const since = leaderlessSince === undefined ? '' : ` for ${duration(at - leaderlessSince)}`
    const known = leader ? `${leader.name} led epoch ${leader.epoch} until then. ` : ''
    const answering = source === 'nothing' ? 'No engine answers.' : 'Engines answer for themselves, below.'
    const database = isDatabaseAway ? ` PostgreSQL has not answered for ${duration(databaseAgeMs)}.` : ''
    return {
      kind: 'bad',
      title: `No engine leads${since}`,
      more: `${known}Orders wait, and are then refused. ${answering}${database}`,
    }
  }
  const title = `${leader.name} leads epoch ${leader.epoch}`
  if (isDatabaseAway)
    return {
      kind: 'bad',
      title,
      more: `PostgreSQL has not answered ${gateway} for ${duration(databaseAgeMs)}. Orders wait for it.`,
    }
  const unready = processes.filter(({ isReady, state }) => !isReady && state !== 'draining').map(({ name }) => name)
  const quiet = silent.filter(({ url }) => processes.every((each) => each.url !== url)).map(({ name }) => name)
  if (quiet.length + unready.length > 0) {
    const parts = [
      quiet.length > 0 ? `No answer: ${quiet.join(', ')}.` : '',
      unready.length > 0 ? `Not ready: ${unready.join(', ')}.` : '',
    ]
    return { kind: 'warn', title, more: parts.filter((part) => part !== '').join(' ') }
  }
  const standbys = processes.filter(({ state }) => state === 'standby').length
  const gateways = processes.filter(({ state }) => state === 'serving').length
  const spare = standbys === 0 ? 'No standby could take over.' : `${counted(standbys, 'standby')} could take over.`
  return {
    kind: standbys === 0 ? 'warn' : 'good',
    title,
    more: `${spare} ${counted(gateways, 'gateway')} serve${gateways === 1 ? 's' : ''}.`,
  }
}
