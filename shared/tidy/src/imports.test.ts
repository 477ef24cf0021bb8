import { expect, test } from 'vitest'
import { coreImportsNothing, folderOrder, importArrows } from './imports.ts'
import { repository } from './repository.ts'

test('rooms import only along the arrows', () => {
  expect(importArrows(repository())).toEqual([])
})

test('an import against the arrows is found', () => {
  const planted = [
    { path: 'shared/journal/src/x.ts', text: "import { y } from '@uptick/engine'" },
    { path: 'shared/runtime/src/x.ts', text: "export { y } from '@uptick/core'" },
    { path: 'services/gateway/src/x.ts', text: "\nconst y = await import('@uptick/engine')" },
    { path: 'services/engine/src/x.ts', text: "import '../../gateway/src/main.ts'" },
    { path: 'shared/core/src/x.ts', text: "import type { Y } from '@uptick/protocol'" },
    { path: 'k8s/deploy/src/x.ts', text: "import { engine } from '@uptick/engine'" },
    { path: 'services/gateway/src/x.ts', text: "import { deploy } from '@uptick/deploy'" },
    { path: 'services/operator/src/x.ts', text: "import { markets } from '@uptick/market-maker'" },
    { path: 'loadtests/src/x.ts', text: "import { engine } from '../../services/engine/src/engine.ts'" },
  ]
  expect(importArrows(planted)).toEqual([
    'shared/journal/src/x.ts:1: shared/journal must not import services/engine',
    'shared/runtime/src/x.ts:1: shared/runtime must not import shared/core',
    'services/gateway/src/x.ts:2: services/gateway must not import services/engine',
    'services/engine/src/x.ts:1: ../../gateway/src/main.ts leaves services/engine; import the package by its name',
    'shared/core/src/x.ts:1: shared/core must not import shared/protocol',
    'k8s/deploy/src/x.ts:1: k8s/deploy must not import services/engine',
    'services/gateway/src/x.ts:1: services/gateway must not import k8s/deploy',
    'services/operator/src/x.ts:1: services/operator must not import services/market-maker',
    'loadtests/src/x.ts:1: ../../services/engine/src/engine.ts leaves loadtests; import the package by its name',
  ])
})

test('imports along the arrows, of packages, and in comments are left alone', () => {
  const planted = [
    { path: 'services/engine/src/x.ts', text: "import { Exchange } from '@uptick/core'\nimport pg from 'pg'" },
    { path: 'shared/runtime/src/x.ts', text: "// import { y } from '@uptick/core'\nimport { z } from './z.ts'" },
    { path: 'shared/readmodel/test/x.test.ts', text: "import { startPostgres } from '@uptick/postgres'" },
    { path: 'loadtests/src/x.ts', text: "import { engine } from '@uptick/engine'" },
  ]
  expect(importArrows(planted)).toEqual([])
})

test('folders of the gateway import one way', () => {
  expect(folderOrder(repository())).toEqual([])
})

test('an import of a later folder, or of what puts the folders together, is found', () => {
  const gateway = 'services/gateway/src'
  const planted = [
    { path: `${gateway}/market/x.ts`, text: "import { y } from '../feed/y.ts'\nimport { z } from '../streams/z.ts'" },
    {
      path: `${gateway}/feed/x.ts`,
      text: "import type { Clock } from '../parent-channel.ts'\nimport { x } from '../app.ts'",
    },
    { path: `${gateway}/feed/x.test.ts`, text: "import { z } from '../streams/z.ts'" },
    { path: `${gateway}/app.ts`, text: "import { z } from './operator/z.ts'" },
    { path: `${gateway}/novelty/x.ts`, text: "import { y } from './y.ts'" },
  ]
  expect(folderOrder(planted)).toEqual([
    `${gateway}/market/x.ts:2: market must not import streams`,
    `${gateway}/feed/x.ts:2: feed must not import app.ts`,
    `${gateway}/novelty/x.ts: novelty has no place in the order of folders of ${gateway}`,
  ])
})

test('the core imports nothing', () => {
  expect(coreImportsNothing(repository())).toEqual([])
})

test('an import in the core is found, whatever its form', () => {
  const text = "import fs from 'node:fs'\nimport './a.ts'\nexport * from 'pg'\nconst x = import('../testing/y.ts')"
  expect(coreImportsNothing([{ path: 'shared/core/src/x.ts', text }])).toEqual([
    'shared/core/src/x.ts:1: the core must not import node:fs',
    'shared/core/src/x.ts:3: the core must not import pg',
    'shared/core/src/x.ts:4: the core must not import ../testing/y.ts',
  ])
  expect(coreImportsNothing([{ path: 'shared/core/src/x.test.ts', text }])).toEqual([])
})
