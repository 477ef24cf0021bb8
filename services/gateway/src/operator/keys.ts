import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { KeyType } from '../keys/api-key.ts'
import { invalid, notFound } from './operator-error.ts'
import type { OperatorContext } from './operator-server.ts'
import { KeyBody } from './schemas.ts'

/** API keys: create (a generated secret is shown this once), list, revoke. */
export function registerKeys(app: FastifyInstance, { keys, keyTable, link }: OperatorContext): void {
  app.post<{ Params: { account: string }; Body: Static<typeof KeyBody> }>(
    '/accounts/:account/keys',
    { schema: { params: Type.Object({ account: Type.String({ pattern: '^[1-9][0-9]{0,9}$' }) }), body: KeyBody } },
    async (request, reply) => {
      const { body } = request
      const account = Number(request.params.account)
      const { value } = await link.query({ kind: 'account', account })
      if (value === null) throw notFound(`account ${account}`)
      const type = (body.type ?? 'HMAC') as KeyType
      if (type !== 'HMAC' && body.secret !== undefined) throw invalid('only keys of type HMAC have a secret')
      if (type === 'HMAC' && body.publicKey !== undefined) throw invalid('keys of type HMAC have no public key')
      const { record, secret } = await keyTable.create({
        account,
        type,
        label: body.label ?? '',
        canTrade: body.canTrade ?? true,
        canRead: body.canRead ?? true,
        unlimited: body.unlimited ?? false,
        addresses: body.addresses ?? [],
        publicKey: body.publicKey,
        apiKey: body.apiKey,
        secret: body.secret,
      })
      await keys.refresh()
      return reply.code(201).send(secret === null ? record : { ...record, secret })
    },
  )

  app.get<{ Querystring: { account?: string } }>(
    '/keys',
    { schema: { querystring: Type.Object({ account: Type.Optional(Type.String({ pattern: '^[0-9]{1,10}$' })) }) } },
    (request) => keyTable.list(request.query.account === undefined ? undefined : Number(request.query.account)),
  )

  app.delete<{ Params: { apiKey: string } }>('/keys/:apiKey', async (request) => {
    const record = await keyTable.revoke(request.params.apiKey)
    if (record === undefined) throw notFound(`API key ${request.params.apiKey}`)
    // Revoked here before the operator gets the answer. Other gateways are notified at once and poll every 400 ms
    // anyway.
    await keys.refresh()
    return record
  })
}
