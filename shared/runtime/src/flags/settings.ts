import { Type } from 'typebox'

/** The settings of a service that evaluates flags; spread them into its schema. */
export const flagSettings = {
  FLAGS_FILE: Type.String({
    default: '',
    description: "file of feature flags in Unleash's format; it is read again when it changes",
  }),
  FLAGS_URL: Type.String({
    default: '',
    description: 'client API of Unleash, such as http://unleash:4242/api; FLAGS_FILE holds until it answers',
  }),
  FLAGS_TOKEN: Type.String({ default: '', secret: true, description: 'backend token of Unleash' }),
  FLAGS_POLL_MS: Type.Integer({ minimum: 500, default: 2_000, description: 'how often Unleash is asked' }),
  FLAGS_KEPT_IN: Type.String({
    default: '',
    description: "folder that keeps Unleash's last answer for the next start; without it, it is kept in memory",
  }),
  FLAGS_ENVIRONMENT: Type.String({ default: 'local', description: 'environment for which flags are evaluated' }),
}
