import { expect, test } from 'vitest'
import { manifestOf, textOf, withImage, withSettings } from './manifest.ts'

const release = `kind: Component
images:
  - name: uptick
    newTag: local
`

test('a tag takes the place of the one before, and nothing else', () => {
  expect(withImage(release, '1.2.3')).toBe(release.replace('local', '1.2.3'))
})

test('a name comes along, with the port of its registry', () => {
  expect(withImage(release, 'registry:5000/team/uptick:1.2.3')).toContain(
    '    newName: registry:5000/team/uptick\n    newTag: 1.2.3\n',
  )
  const named = withImage(release, 'one/uptick:1')
  expect(withImage(named, 'two/uptick:2')).toContain('    newName: two/uptick\n    newTag: 2\n')
  expect(withImage(named, '3')).toContain('    newName: one/uptick\n    newTag: 3\n')
})

test('what is no tag is refused', () => {
  expect(() => withImage(release, 'uptick:')).toThrow('is no tag')
  expect(() => withImage(release, 'a b')).toThrow('is no tag')
})

test('settings are changed and added, comments stay', () => {
  const text = '# Why.\nLOG_LEVEL=info\nSHARD=0\n'
  expect(withSettings(text, { LOG_LEVEL: 'debug', HOLD_MS: '3000' })).toBe(
    '# Why.\nSHARD=0\nLOG_LEVEL=debug\nHOLD_MS=3000\n',
  )
})

const rendered = `apiVersion: v1
kind: Namespace
metadata:
  labels:
    a: b
  name: uptick
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  annotations:
    note: |
      name: not-this
  name: engine
  namespace: uptick
spec:
  template:
    metadata:
      name: neither
`

test('documents are told by kind and name, and the namespace is that of the engine', () => {
  const { namespace, documents } = manifestOf(rendered)
  expect(namespace).toBe('uptick')
  expect(documents.map(({ kind, name }) => `${kind}/${name}`)).toEqual(['Namespace/uptick', 'StatefulSet/engine'])
  expect(textOf(documents).trim()).toBe(rendered.trim())
})
