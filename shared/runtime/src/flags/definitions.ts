import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { ClientFeaturesResponse } from 'unleash-client'

/** What evaluation reads of Unleash's format; the rest passes. */
const Definitions = Type.Object({
  version: Type.Integer(),
  features: Type.Array(
    Type.Object({
      name: Type.String({ minLength: 1 }),
      enabled: Type.Boolean(),
      strategies: Type.Optional(
        Type.Array(
          Type.Object({
            name: Type.String(),
            parameters: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
            constraints: Type.Optional(Type.Array(Type.Object({ contextName: Type.String() }))),
          }),
        ),
      ),
    }),
  ),
  segments: Type.Optional(Type.Array(Type.Object({ id: Type.Integer() }))),
})

/**
 * The definitions of flags in the format of Unleash's client API, `GET /api/client/features`.
 *
 * @throws Error that says what is wrong with the text
 */
export function readDefinitions(text: string): ClientFeaturesResponse {
  const value: unknown = JSON.parse(text)
  if (isDefinitions(value)) return value
  const [error] = Value.Errors(Definitions, value)
  throw new Error(`${error?.instancePath || 'it'} ${error?.message ?? 'is not what Unleash answers'}`)
}

function isDefinitions(value: unknown): value is ClientFeaturesResponse {
  return Value.Check(Definitions, value)
}
