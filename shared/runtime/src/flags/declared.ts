/**
 * What a flag is for. A *release* flag hides code until it is trusted, an *operational* flag switches a costly or risky path
 * off in an incident, a *permission* gives some accounts what others do not have.
 */
export type FlagKind = 'release' | 'operational' | 'permission'

/** For what a flag is evaluated: for an account, whose side then is the same on every gateway, or for the process alone. */
export type FlagSubject = 'account' | 'process'

export interface FlagDeclaration {
  /** What is switched, and what happens while it is off. */
  readonly purpose: string
  readonly kind: FlagKind
  readonly subject: FlagSubject
  /** Holds where neither Unleash nor a file defines the flag. */
  readonly default: boolean
  /** The room that removes the flag, or extends it. */
  readonly owner: string
  /** The day by which that is done, `YYYY-MM-DD`. A check fails from then on. */
  readonly ends: string
}

/** One of Unleash's own strategies. */
export interface FlagStrategy {
  readonly name: string
  readonly parameters: Readonly<Record<string, string>>
}

/** Unleash's gradual rollout. */
export const ROLLOUT = 'flexibleRollout'

/** Every flag of every service. */
export const FLAG_NAMES = ['plain-http', 'shared-limits', 'numbered-user-streams', 'amend-keep-priority'] as const
export type FlagName = (typeof FLAG_NAMES)[number]

export const FLAGS: Readonly<Record<FlagName, FlagDeclaration>> = {
  'plain-http': {
    purpose: "Small requests bypass Node's HTTP. While it is off, Node serves every new connection.",
    kind: 'operational',
    subject: 'process',
    default: true,
    owner: 'gateway',
    ends: '2027-06-30',
  },
  'shared-limits': {
    purpose: 'Gateways count the limits of a client together. While it is off, each gateway counts for itself.',
    kind: 'operational',
    subject: 'process',
    default: true,
    owner: 'gateway',
    ends: '2027-06-30',
  },
  'numbered-user-streams': {
    purpose: 'An account may have its user stream numbered and resumed. While it is off, asking for that is an error.',
    kind: 'release',
    subject: 'account',
    default: true,
    owner: 'gateway',
    ends: '2027-06-30',
  },
  'amend-keep-priority': {
    purpose: 'An account may lower an order that keeps its place in the queue. While it is off, amending is an error.',
    kind: 'release',
    subject: 'account',
    default: true,
    owner: 'gateway',
    ends: '2027-06-30',
  },
}

/** The strategy by which a flag begins: on for everyone, or for a percentage of accounts that a person lowers. */
export function strategyOf(name: FlagName): FlagStrategy {
  return FLAGS[name].subject === 'process' ? { name: 'default', parameters: {} } : rolloutOf(name, 100)
}

/**
 * The strategy by which a flag is on for a percentage of accounts. An account's side depends on its number and the name of
 * the flag alone, so it changes once at most while the percentage grows.
 */
export function rolloutOf(flag: string, percent: number): FlagStrategy {
  return { name: ROLLOUT, parameters: { rollout: String(percent), stickiness: 'userId', groupId: flag } }
}
