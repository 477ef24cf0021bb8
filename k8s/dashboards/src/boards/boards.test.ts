import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { boardFiles, FOLDER } from '../files.ts'
import { boardOf } from '../grafana/board.ts'
import { PALETTE } from '../grafana/palette.ts'
import { allDeclared } from '../metrics/declared.ts'
import { fill, panelsOf, queriesOf } from '../queries.ts'
import { fileOf } from '../repository.ts'
import { BOARDS } from './index.ts'

const COLUMNS = 24
/** A ConfigMap holds no more. */
const CONFIG_MAP_BYTES_MAX = 1_048_576
/** Units of Grafana that the panels use, by https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit. */
const UNITS = ['short', 'none', 's', 'bytes', 'Bps', 'ops', 'reqps', 'percentunit']

test('the files are those of the code; "npm run dashboards" writes them', () => {
  for (const [path, text] of boardFiles())
    expect(existsSync(fileOf(path)) && readFileSync(fileOf(path), 'utf8'), path).toBe(text)
})

test('each file is a ConfigMap that the sidecar of Grafana takes', () => {
  const component = parse(readFileSync(fileOf(`${FOLDER}/kustomization.yaml`), 'utf8'))
  const paths = [...boardFiles().keys()]
  const named: string[] = component.configMapGenerator.flatMap(({ files }: { files: string[] }) => files)
  expect(named.map((file) => `${FOLDER}/${file}`).toSorted()).toEqual(paths.toSorted())
  expect(component.generatorOptions.labels).toEqual({ grafana_dashboard: '1' })
  for (const text of boardFiles().values()) expect(Buffer.byteLength(text)).toBeLessThan(CONFIG_MAP_BYTES_MAX)
})

test('dashboards have ids and titles of their own', () => {
  const boards = Object.values(BOARDS)
  expect(new Set(boards.map(({ uid }) => uid)).size).toBe(boards.length)
  expect(new Set(boards.map(({ title }) => title)).size).toBe(boards.length)
  expect(boards.filter(({ uid }) => uid.length > 40)).toEqual([])
})

describe.each(Object.entries(BOARDS))('%s', (_, spec) => {
  test('each panel says what it shows, in which unit', () => {
    const titles = panelsOf(spec).map(({ title }) => title)
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([])
    for (const { title, description, unit, queries } of panelsOf(spec)) {
      expect(title).toMatch(/^[A-Z]/)
      expect(description, title).toMatch(/^[A-Z].*[.]$/s)
      expect(UNITS, title).toContain(unit)
      expect(queries.length, title).toBeGreaterThan(0)
      for (const { legend } of queries) expect(legend, title).not.toBe('')
    }
  })

  test('no panel covers another, and each has an id', () => {
    const taken = new Set<string>()
    const ids: unknown[] = []
    for (const { gridPos, id, title } of boardOf(spec).panels ?? []) {
      ids.push(id)
      const { x = -1, y = -1, w = 0, h = 0 } = gridPos ?? {}
      expect(x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= COLUMNS, title).toBe(true)
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          expect(taken.has(`${column} ${line}`), title).toBe(false)
          taken.add(`${column} ${line}`)
        }
      }
    }
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('queries name metrics that services declare', () => {
    const names = new Set(allDeclared().keys())
    const known = (name: string): boolean => names.has(name) || names.has(name.replace(/_(?:bucket|sum|count)$/, ''))
    const used = queriesOf(spec).flatMap(
      ({ expr }) =>
        expr.match(/\b(?:engine|gateway|recorder|readiness|lifecycle|drain|tls|flag|log|uptick)_\w+/g) ?? [],
    )
    expect(used.length).toBeGreaterThan(0)
    expect(used.filter((name) => !known(name))).toEqual([])
  })

  test('its variables are used, and no others', () => {
    const text = JSON.stringify(panelsOf(spec))
    for (const name of spec.variables) expect(text).toContain(`$${name}`)
    expect(() => queriesOf(spec)).not.toThrow()
  })

  test('colours remain apart for people who are colour-blind', () => {
    const safe: string[] = Object.values(PALETTE)
    const colours = JSON.stringify(panelsOf(spec)).match(/#[0-9A-Fa-f]{6}/g) ?? []
    expect(colours.filter((colour) => !safe.includes(colour))).toEqual([])
    const words = /"color":"(?:red|green|dark-|light-|semi-)/
    expect(JSON.stringify(boardOf(spec).panels)).not.toMatch(words)
  })
})

test('a query with an unknown variable is refused', () => {
  expect(fill('rate(x{shard=~"$shard"}[$__rate_interval])')).toBe('rate(x{shard=~".*"}[1m])')
  expect(() => fill('x{shard="$shared"}')).toThrow('$shared is no variable')
})
