import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { ConfigError, parseConfig, printableConfig, type Environment } from './config.ts'

const schema = Type.Object({
  LINK_PORT: Type.Integer({ minimum: 1, maximum: 65_535 }),
  TOKEN: Type.String({ minLength: 8, secret: true, description: 'who may ask' }),
  VERBOSE: Type.Boolean({ default: false }),
  POLICY: Type.Enum(['loose', 'strict'], { default: 'strict' }),
  COLOUR: Type.Optional(Type.String()),
})

function problemsOf(environment: Environment): readonly string[] {
  try {
    parseConfig(schema, environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('parseConfig', () => {
  test('takes text, fills in defaults, leaves the rest of the environment alone', () => {
    const config = parseConfig(schema, { LINK_PORT: '80', TOKEN: 'long enough', VERBOSE: 'true', PATH: '/bin' })
    expect(config).toEqual({ LINK_PORT: 80, TOKEN: 'long enough', VERBOSE: true, POLICY: 'strict' })
  })

  test('lists every problem at once', () => {
    expect(problemsOf({ LINK_PORT: '0', TOKEN: '', POLICY: 'lax' })).toEqual([
      'LINK_PORT must be >= 1, not "0"',
      'TOKEN is missing (who may ask)',
      'POLICY must be one of loose, strict, not "lax"',
    ])
  })

  test('says what a misspelled name was meant to be', () => {
    expect(problemsOf({ LINK_PROT: '80', TOKEN: 'long enough' })).toEqual([
      'LINK_PORT is missing',
      'LINK_PROT is not a setting; did you mean LINK_PORT?',
    ])
  })

  test('never prints a secret', () => {
    expect(problemsOf({ LINK_PORT: '80', TOKEN: 'geheim' }).join()).not.toContain('geheim')
    const config = parseConfig(schema, { LINK_PORT: '80', TOKEN: 'long enough' })
    expect(printableConfig(schema, config)).toMatchObject({ TOKEN: '[set]', LINK_PORT: 80 })
  })
})
