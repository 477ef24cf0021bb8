import { expect, test } from 'vitest'
import { baseOf, imageName } from './builders.ts'

test('a tag alone is a tag of uptick', () => {
  expect(imageName('local')).toBe('uptick:local')
  expect(imageName('registry.example.com:5000/uptick:1.2.3')).toBe('registry.example.com:5000/uptick:1.2.3')
})

test.each(['uptick:latest', 'latest', 'registry.example.com:5000/uptick', 'Local', 'a_b'])(
  '%s names no version',
  (text) => {
    expect(() => imageName(text)).toThrow(/latest|has no tag|cannot be part/)
  },
)

test('the help names the base of the Dockerfile', () => {
  expect(baseOf('# x\nARG NODE_IMAGE=node:26-bookworm-slim\nFROM ${NODE_IMAGE}')).toBe('node:26-bookworm-slim')
  expect(() => baseOf('FROM scratch')).toThrow('NODE_IMAGE')
})
