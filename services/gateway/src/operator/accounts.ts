import { AccountStatus, CommandKind, EventKind, type FeeDefinition, OrderType, Side, TimeInForce } from '@uptick/core'
import { formatAmount, type AccountAnswer } from '@uptick/protocol'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { microseconds } from '../params/params.ts'
import { addedId, administer } from './administer.ts'
import { amountOf, rateOf, unitsOf } from './decimals.ts'
import { assetCoded, marketNamed } from './markets.ts'
import { notFound } from './operator-error.ts'
import type { OperatorContext } from './operator-server.ts'
import { AccountBody, AccountsQuery, AccountStatusBody, FeesBody, FundsBody, ImportOrderBody } from './schemas.ts'

const AccountParams = Type.Object({ account: Type.String({ pattern: '^[1-9][0-9]{0,9}$' }) })
interface OfAccount {
  Params: { account: string }
}

/** Accounts, their money, fees and states. */
export function registerAccounts(app: FastifyInstance, context: OperatorContext): void {
  const { link, line } = context

  app.get<{ Querystring: Static<typeof AccountsQuery> }>(
    '/accounts',
    { schema: { querystring: AccountsQuery } },
    async (request) => {
      const { label = '', after = '0' } = request.query
      const { value } = await line.query({ kind: 'accounts', after: Number(after), label })
      const { accounts, next } = value
      return { accounts: accounts.map((account) => ({ ...account, status: statusName(account.status) })), next }
    },
  )

  app.post<{ Body: Static<typeof AccountBody> }>(
    '/accounts',
    { schema: { body: AccountBody } },
    async (request, reply) => {
      const { label } = request.body
      const outcome = await administer(line, (command) => {
        command.kind = CommandKind.ADD_ACCOUNT
        command.text = label
      })
      return reply.code(201).send({ account: addedId(outcome), label })
    },
  )

  app.get<OfAccount>('/accounts/:account', { schema: { params: AccountParams } }, async (request) => {
    const account = Number(request.params.account)
    const { value } = await link.query({ kind: 'account', account })
    if (value === null) throw notFound(`account ${account}`)
    return shownAccount(context, value)
  })

  registerStates(app, context)
  registerFunds(app, context)
  registerImport(app, context)
}

function shownAccount({ link }: OperatorContext, answer: AccountAnswer): object {
  const status = statusName(answer.status)
  const balances = answer.balances.map(({ asset, free, locked }) => {
    const { code, decimals } = link.catalogue.assetById(asset)
    return {
      asset: code,
      free: formatAmount(BigInt(free), decimals, 0),
      locked: formatAmount(BigInt(locked), decimals, 0),
    }
  })
  return { ...answer, status, balances }
}

function statusName(status: number): string {
  return Object.entries(AccountStatus).find(([, value]) => value === status)?.[0] ?? String(status)
}

/** Status, fees, and the end of all orders. */
function registerStates(app: FastifyInstance, { link, line }: OperatorContext): void {
  app.put<OfAccount & { Body: Static<typeof AccountStatusBody> }>(
    '/accounts/:account/status',
    { schema: { params: AccountParams, body: AccountStatusBody } },
    async (request) => {
      const account = Number(request.params.account)
      const { status } = request.body
      await administer(line, (command) => {
        command.kind = CommandKind.SET_ACCOUNT_STATUS
        command.account = account
        command.value = AccountStatus[status as keyof typeof AccountStatus]
      })
      return { account, status }
    },
  )

  app.put<OfAccount & { Body: Static<typeof FeesBody> }>(
    '/accounts/:account/fees',
    { schema: { params: AccountParams, body: FeesBody } },
    async (request) => {
      const { symbol, maker, taker } = request.body
      if (symbol !== undefined) marketNamed(link.catalogue, symbol)
      const account = Number(request.params.account)
      const fees: FeeDefinition = {
        account,
        symbol: symbol ?? '',
        maker: rateOf('maker', maker),
        taker: rateOf('taker', taker),
      }
      await administer(line, (command) => {
        command.kind = CommandKind.SET_FEES
        command.account = account
        command.text = JSON.stringify(fees)
      })
      return { account, symbol: symbol ?? null, maker, taker }
    },
  )

  app.delete<OfAccount>('/accounts/:account/orders', { schema: { params: AccountParams } }, async (request) => {
    const account = Number(request.params.account)
    const outcome = await administer(line, (command) => {
      command.kind = CommandKind.CANCEL_ACCOUNT
      command.account = account
    })
    const canceled = outcome.events.filter((event) => event.kind === EventKind.EXECUTION).length
    // One command does not cancel everything: the next ones continue.
    const continues = outcome.events.some((event) => event.kind === EventKind.WORK)
    return { account, canceled, ...(continues && { continues }) }
  })
}

function registerFunds(app: FastifyInstance, context: OperatorContext): void {
  const { link, line, references } = context
  const kinds = {
    deposits: CommandKind.DEPOSIT,
    withdrawals: CommandKind.WITHDRAW,
    imports: CommandKind.IMPORT_BALANCE,
  } as const
  for (const [path, kind] of Object.entries(kinds)) {
    app.post<OfAccount & { Body: Static<typeof FundsBody> }>(
      `/accounts/:account/${path}`,
      { schema: { params: AccountParams, body: FundsBody } },
      async (request, reply) => {
        const account = Number(request.params.account)
        const { asset: code, amount: text, reference } = request.body
        const asset = assetCoded(link.catalogue, code)
        const amount = amountOf('amount', text, asset.decimals)
        const result = await references.once(reference, { path, account, asset: code, amount: text }, async () => {
          const outcome = await administer(line, (command) => {
            command.kind = kind
            command.account = account
            command.asset = asset.id
            command.amount = amount
            command.text = reference ?? ''
          })
          return { account, asset: code, amount: text, reference: reference ?? null, sequence: outcome.sequence }
        })
        return reply.code('repeated' in result ? 200 : 201).send(result)
      },
    )
  }
}

function registerImport(app: FastifyInstance, { link, line }: OperatorContext): void {
  app.post<OfAccount & { Body: Static<typeof ImportOrderBody> }>(
    '/accounts/:account/import-order',
    { schema: { params: AccountParams, body: ImportOrderBody } },
    async (request, reply) => {
      const { body } = request
      const market = marketNamed(link.catalogue, body.symbol)
      const { priceDecimals, quantityDecimals } = market.definition
      const price = unitsOf('price', body.price, priceDecimals)
      const quantity = unitsOf('quantity', body.quantity, quantityDecimals)
      const executed = unitsOf('executedQuantity', body.executedQuantity ?? '0', quantityDecimals)
      const outcome = await administer(line, (command) => {
        command.kind = CommandKind.IMPORT_ORDER
        command.account = Number(request.params.account)
        command.symbol = market.id
        command.side = Side[body.side as keyof typeof Side]
        command.type = body.type === 'LIMIT_MAKER' ? OrderType.LIMIT_MAKER : OrderType.LIMIT
        command.timeInForce = TimeInForce.GTC
        command.price = price
        command.quantity = quantity
        command.executedQuantity = executed
        command.originalTime = microseconds(body.originalTime)
        command.text = body.foreignId ?? ''
        if (body.clientOrderId !== undefined) command.clientId.set(body.clientOrderId)
      })
      const execution = outcome.events.find((event) => event.kind === EventKind.EXECUTION)
      return reply
        .code(201)
        .send({ symbol: market.name, orderId: execution?.order.orderId, sequence: outcome.sequence })
    },
  )
}
