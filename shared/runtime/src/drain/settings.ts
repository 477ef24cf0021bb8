import { Type } from 'typebox'

/** Settings of a service that drains; spread them into its schema and check them with `checkTimeBudget`. */
export const drainSettings = {
  DRAIN_FLOOR_MS: Type.Integer({
    minimum: 0,
    default: 5_000,
    description: 'least time to go on serving after the signal: what endpoints take to propagate, and a margin',
  }),
  DRAIN_MS: Type.Integer({
    minimum: 0,
    default: 10_000,
    description: 'most time past the floor for HTTP clients to leave',
  }),
  DRAIN_IDLE_MS: Type.Integer({
    minimum: 0,
    default: 10_000,
    description: 'HTTP connections idle for this long are not waited for',
  }),
  EVICTION_MS: Type.Integer({ minimum: 100, default: 10_000, description: 'most time to move WebSockets' }),
  EVICTION_RATE: Type.Integer({
    minimum: 1,
    default: 500,
    description: 'WebSockets moved in a second: what the other processes can take',
  }),
  HAND_OFF_MS: Type.Integer({ minimum: 0, default: 2_000, description: 'most time to close what is left at the end' }),
  PRE_STOP_MS: Type.Integer({
    minimum: 0,
    default: 0,
    description: "time that the supervisor's hook takes before the signal",
  }),
  GRACE_MS: Type.Integer({
    minimum: 1,
    default: 30_000,
    description: 'time that the supervisor grants from its hook to SIGKILL',
  }),
}
