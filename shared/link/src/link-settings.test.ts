import { ConfigError, parseConfig, printableConfig } from '@uptick/runtime'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { checkLinkSettings, linkSettings } from './link-settings.ts'

const schema = Type.Object(linkSettings)
const SECRET = 'long-enough-to-be-the-secret-of-the-links'

const check = (environment: Record<string, string>): void => checkLinkSettings(parseConfig(schema, environment))

test('without a secret nothing starts, unless links without one are configured explicitly', () => {
  expect(() => check({})).toThrow(ConfigError)
  expect(() => check({})).toThrow('LINK_SECRET_FILE is missing')
  expect(() => check({ LINK_AUTHENTICATION: 'optional' })).not.toThrow()
  expect(() => check({ LINK_AUTHENTICATION: 'none' })).toThrow(ConfigError)
  expect(() => check({ LINK_SECRET: SECRET })).not.toThrow()
  expect(() => check({ LINK_SECRET_FILE: '/somewhere' })).not.toThrow()
})

test('a weak secret and two sources are refused, and no secret is shown', () => {
  expect(() => check({ LINK_SECRET: 'weak' })).toThrow(/^(?![^]*weak)[^]*LINK_SECRET cannot be used/)
  expect(() => check({ LINK_SECRET: SECRET, LINK_SECRET_FILE: '/somewhere' })).toThrow('both set')
  expect(printableConfig(schema, parseConfig(schema, { LINK_SECRET: SECRET }))['LINK_SECRET']).toBe('[set]')
})
