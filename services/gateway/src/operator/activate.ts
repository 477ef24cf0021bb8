import { CommandKind, Reject, rejectName } from '@uptick/core'
import type { Lacking } from '@uptick/protocol'
import { administer } from './administer.ts'
import { OperatorError } from './operator-error.ts'
import type { OperatorLine } from './operator-line.ts'

/**
 * Activate a behaviour. Returns the sequence from which on it is in force.
 *
 * @throws OperatorError when it is active already, or members do not know it: the error names them
 */
export async function activate(line: Pick<OperatorLine, 'submit' | 'query'>, behaviour: number): Promise<number> {
  try {
    const { sequence } = await administer(line, (command) => {
      command.kind = CommandKind.ACTIVATE_BEHAVIOUR
      command.value = behaviour
    })
    return sequence
  } catch (error) {
    const isUnknown = error instanceof OperatorError && error.code === rejectName(Reject.BEHAVIOUR_UNKNOWN)
    const members = isUnknown ? await lacking(line, behaviour) : []
    if (!isUnknown || members.length === 0) throw error
    throw unknownTo(members, behaviour)
  }
}

/**
 * Refuse now what would be refused at its time.
 *
 * @throws OperatorError when the behaviour is active already, members do not know it, or the leader does not answer
 */
export async function assertActivable(line: Pick<OperatorLine, 'query'>, behaviour: number): Promise<void> {
  const { value: catalogue } = await line.query({ kind: 'catalogue' })
  if (catalogue.behaviours.includes(behaviour)) {
    throw new OperatorError(409, rejectName(Reject.BEHAVIOUR_ACTIVE), 'this behaviour is active already')
  }
  const { value } = await line.query({ kind: 'lacking', behaviour })
  // A leader of a release that cannot say refuses at the time.
  const members = value.lacking ?? []
  if (members.length > 0) throw unknownTo(members, behaviour)
}

function unknownTo(members: readonly Lacking[], behaviour: number): OperatorError {
  const names = members.map((member) => described(member)).join(', ')
  return new OperatorError(409, rejectName(Reject.BEHAVIOUR_UNKNOWN), `behaviour ${behaviour} is not known to ${names}`)
}

/** The members that lack the behaviour. Empty when the leader's release cannot say, or it does not answer. */
async function lacking(line: Pick<OperatorLine, 'query'>, behaviour: number): Promise<readonly Lacking[]> {
  try {
    const { value } = await line.query({ kind: 'lacking', behaviour })
    return value.lacking ?? []
  } catch {
    return []
  }
}

function described({ holder, url, how }: Lacking): string {
  if (how === 'leads') return 'the leader'
  return `${holder} (${url}${how === 'reads' ? ', which reads the journal without a link to the leader' : ''})`
}
