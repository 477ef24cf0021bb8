import type { TObject, TSchema, Static } from 'typebox'
import { Value } from 'typebox/value'
import { nearest } from './spelling.ts'

/** Raised with every problem of a configuration in one message; values of settings marked `secret` are never in it. */
export class ConfigError extends Error {
  override readonly name: string = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(
      `the configuration has ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n- ${problems.join('\n- ')}`,
    )
    this.problems = problems
  }
}

/** The environment as a process receives it: names to text. */
export type Environment = Readonly<Record<string, string | undefined>>

interface Annotations {
  readonly default?: unknown
  readonly secret?: boolean
  readonly description?: string
}

/**
 * Parse the environment once into a typed object.
 *
 * `schema` is a typebox object whose keys are names of environment variables. A property with a `default` may be
 * missing, one with `secret: true` is never printed. An empty string counts as missing, because that is how compose
 * files and manifests say "not set". Names outside the schema belong to other programs and are ignored, except one that
 * looks like a misspelling of a setting that is missing.
 *
 * @throws ConfigError that lists all problems at once.
 */
export function parseConfig<T extends TObject>(schema: T, environment: Environment): Static<T> {
  const properties: Record<string, TSchema & Annotations> = schema.properties
  const required = new Set<unknown>(schema.required)
  const parsed: Record<string, unknown> = {}
  const problems: string[] = []
  for (const [name, property] of Object.entries(properties)) {
    const text = environment[name]
    if (text === undefined || text === '') {
      if (property.default !== undefined) parsed[name] = property.default
      else if (required.has(name)) problems.push(missing(name, property))
      continue
    }
    const value: unknown = Value.Convert(property, text)
    if (Value.Check(property, value)) parsed[name] = value
    else problems.push(invalid(name, property, text, value))
  }
  problems.push(...misspelled(properties, environment))
  if (problems.length > 0) throw new ConfigError(problems)
  return Value.Parse(schema, parsed)
}

/** The settings as they may be logged: secrets become `[set]`. */
export function printableConfig(schema: TObject, config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const properties: Record<string, TSchema & Annotations> = schema.properties
  const printable: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(config)) {
    printable[name] = properties[name]?.secret === true ? '[set]' : value
  }
  return printable
}

function missing(name: string, property: Annotations): string {
  return `${name} is missing${property.description ? ` (${property.description})` : ''}`
}

function invalid(name: string, property: TSchema & Annotations, text: string, value: unknown): string {
  const errors = Value.Errors(property, value)
  const choices = errors.flatMap((error) => allowedValues(error.params))
  const why = choices.length > 0 ? `must be one of ${choices.join(', ')}` : (errors[0]?.message ?? 'is not valid')
  return property.secret ? `${name} ${why}` : `${name} ${why}, not ${JSON.stringify(text)}`
}

function allowedValues(params: object): readonly unknown[] {
  if ('allowedValue' in params) return [params.allowedValue]
  return 'allowedValues' in params && Array.isArray(params.allowedValues) ? params.allowedValues : []
}

function misspelled(properties: Record<string, unknown>, environment: Environment): string[] {
  const absent = Object.keys(properties).filter((name) => environment[name] === undefined)
  const problems: string[] = []
  for (const name of Object.keys(environment)) {
    if (name in properties) continue
    const meant = nearest(name, absent)
    if (meant !== undefined) problems.push(`${name} is not a setting; did you mean ${meant}?`)
  }
  return problems
}
