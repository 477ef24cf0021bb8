import { readHeldBack } from '@uptick/journal'
import { formatAmount } from '@uptick/protocol'
import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import { activate, assertActivable } from './activate.ts'
import { OperatorError } from './operator-error.ts'
import type { OperatorContext } from './operator-server.ts'
import { release, repair } from './repair.ts'
import { BehaviourBody, BehaviourParams, FlagsQuery, ReleaseBody, SkipBody } from './schemas.ts'

/** The shard as a whole: state, totals, behaviours, commands to skip. */
export function registerExchange(app: FastifyInstance, context: OperatorContext): void {
  const { link, line, engines, skips, database: db, schedule, flags } = context
  app.get('/status', async () => {
    const [{ value, sequence }, held, scheduled] = await Promise.all([
      link.query({ kind: 'status' }),
      readHeldBack(db).catch(() => undefined),
      schedule.list().catch(() => undefined),
    ])
    const database = held ?? 'does not answer'
    return { link: link.state, sequence, engine: value, database, ...(scheduled?.length && { scheduled }) }
  })

  app.get('/totals', async () => {
    const { value, sequence } = await line.query({ kind: 'totals' })
    const totals = value.map(({ asset, ...sums }) => {
      const { code, decimals } = link.catalogue.assetById(asset)
      const shown = Object.entries(sums).map(([name, sum]) => [name, formatAmount(BigInt(sum), decimals, 0)])
      return { asset: code, ...Object.fromEntries(shown) }
    })
    return { sequence, totals }
  })

  app.post('/handoff', async (_request, reply) => {
    const { value } = await line.query({ kind: 'handOff' })
    const { successor } = value
    if (successor === null) throw new OperatorError(409, 'NO_STANDBY', 'no standby is ready to lead')
    return reply.code(202).send({ successor })
  })

  app.post('/repair', () => repair(engines))

  app.post<{ Body: Static<typeof ReleaseBody> }>('/release', { schema: { body: ReleaseBody } }, (request) =>
    release(engines, request.body),
  )

  app.get('/behaviours', async () => {
    const { value } = await link.query({ kind: 'catalogue' })
    return { active: value.behaviours }
  })

  app.post<{ Body: Static<typeof BehaviourBody> }>(
    '/behaviours',
    { schema: { body: BehaviourBody } },
    async (request, reply) => {
      const { at, behaviour } = request.body
      if (at !== undefined) {
        await assertActivable(line, behaviour)
        await schedule.put(behaviour, at)
        return reply.code(202).send({ behaviour, at })
      }
      return reply.code(201).send({ behaviour, sequence: await activate(line, behaviour) })
    },
  )

  app.delete<{ Params: { behaviour: string } }>(
    '/behaviours/:behaviour/schedule',
    { schema: { params: BehaviourParams } },
    async (request) => {
      const behaviour = Number(request.params.behaviour)
      await schedule.cancel(behaviour)
      return { behaviour, cancelled: true }
    },
  )

  app.get<{ Querystring: Static<typeof FlagsQuery> }>(
    '/flags',
    { schema: { querystring: FlagsQuery } },
    async (request) => flags.state(request.query.account),
  )

  app.get('/skips', async () => ({ skipped: [...(await skips.skipped())].toSorted((a, b) => a - b) }))

  app.post<{ Body: Static<typeof SkipBody> }>('/skips', { schema: { body: SkipBody } }, async (request, reply) => {
    const { sequence, reason, operator } = request.body
    await skips.skip(sequence, reason, operator)
    return reply.code(201).send({ sequence, reason, operator })
  })
}
