import { LinkRole, type Asked, type ProcessesAnswer } from '@uptick/protocol'
import type { LeaderSeams, LeaderSettings } from './term.ts'
import type { Leader } from './leader.ts'
import { FACTS_CHARACTERS_MAX } from './limits.ts'
import type { Link } from './link-table.ts'
import { hashText } from './queries.ts'

interface Source extends Pick<LeaderSettings, 'url' | 'process'>, Pick<LeaderSeams, 'clock' | 'others' | 'unmet'> {
  readonly leader: Pick<Leader, 'epoch' | 'exchange' | 'links' | 'members'>
}

/**
 * The processes of the shard, as its leader knows them. `body` is the question of a gateway that came over `link`: what
 * it says of itself is kept, and told to the other gateways as it is.
 */
export function processesOf(
  { leader, url, process, clock, others, unmet }: Source,
  link: Link,
  body: unknown,
): ProcessesAnswer {
  const { facts }: Asked<'processes'> = { ...Object(body) }
  if (facts !== undefined && JSON.stringify(facts).length <= FACTS_CHARACTERS_MAX) link.facts = facts
  const { epoch, exchange, links, members } = leader
  const now = clock.elapsed()
  const standbys = members.all().map((member) => ({
    holder: member.facts.holder,
    url: member.facts.url,
    sequence: member.sequence,
    isReady: member.isReady,
    silentMs: Math.round(now - member.heardAt),
    facts: member.facts.process,
  }))
  const joined = new Set(standbys.map(({ holder }) => holder))
  return {
    leader: {
      url,
      epoch,
      sequence: exchange.sequence,
      hash: hashText(exchange.runningHash()),
      unmet: unmet?.() ?? [],
      facts: process,
    },
    standbys,
    readers: others()
      .filter(({ holder }) => !joined.has(holder))
      .map(({ holder, place }) => ({ holder, url: place })),
    gateways: links
      .all()
      .filter((each) => isGateway(each))
      .map(({ instance, unanswered, facts: said }) => ({ instance, unanswered, facts: said })),
  }
}

/** Those that only ask have no session. */
function isGateway({ role, session }: Link): boolean {
  return session !== 0 && (role === LinkRole.GATEWAY || role === 'unproven')
}
