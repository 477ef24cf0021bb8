/**
 * What a flag is for. A *release* flag hides code until it is trusted, an *operational* flag switches a costly or risky path
 * off in an incident, a *permission* gives some accounts what others do not have.
 */
export type FlagKind = 'release' | 'operational' | 'permission'

export interface FlagDeclaration {
  /** What is switched, and what happens while it is off. */
  readonly purpose: string
  readonly kind: FlagKind
  /** Holds where neither Unleash nor a file defines the flag. */
  readonly default: boolean
  /** The room that removes the flag, or extends it. */
  readonly owner: string
  /** The day by which that is done, `YYYY-MM-DD`. A check fails from then on. */
  readonly ends: string
}

/** Every flag of every service. */
export const FLAG_NAMES = ['plain-http', 'shared-limits'] as const
export type FlagName = (typeof FLAG_NAMES)[number]

export const FLAGS: Readonly<Record<FlagName, FlagDeclaration>> = {
  'plain-http': {
    purpose: "Small requests bypass Node's HTTP. While it is off, Node serves every new connection.",
    kind: 'operational',
    default: true,
    owner: 'gateway',
    ends: '2027-06-30',
  },
  'shared-limits': {
    purpose: 'Gateways count the limits of a client together. While it is off, each gateway counts for itself.',
    kind: 'operational',
    default: true,
    owner: 'gateway',
    ends: '2027-06-30',
  },
}
