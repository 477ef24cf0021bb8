import { CommandKind, SymbolStatus } from '@uptick/core'
import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import type { Asset, Catalogue, Market } from '../engine-link/catalogue.ts'
import { addedId, administer } from './administer.ts'
import { changedFilters, shownDefinition, symbolDefinition } from './listing.ts'
import { notFound } from './operator-error.ts'
import type { OperatorContext } from './operator-server.ts'
import { AssetBody, FiltersBody, PhaseBody, SymbolBody, SymbolStatusBody } from './schemas.ts'

/** Assets, symbols, their filters and states. */
export function registerMarkets(app: FastifyInstance, { link, line }: OperatorContext): void {
  const { catalogue } = link

  app.get('/assets', () => catalogue.assets)

  app.post<{ Body: Static<typeof AssetBody> }>('/assets', { schema: { body: AssetBody } }, async (request, reply) => {
    const { code, decimals } = request.body
    const outcome = await administer(line, (command) => {
      command.kind = CommandKind.ADD_ASSET
      command.text = JSON.stringify({ code, decimals })
    })
    return reply.code(201).send({ id: addedId(outcome), code, decimals })
  })

  app.get('/symbols', () => catalogue.markets.map(({ definition, quote }) => shownDefinition(definition, quote)))

  app.get<{ Params: { name: string } }>('/symbols/:name', (request) => {
    const { definition, quote } = marketNamed(catalogue, request.params.name)
    return shownDefinition(definition, quote)
  })

  app.post<{ Body: Static<typeof SymbolBody> }>(
    '/symbols',
    { schema: { body: SymbolBody } },
    async (request, reply) => {
      const { base, quote } = request.body
      const quoteAsset = assetCoded(catalogue, quote)
      const definition = symbolDefinition(request.body, assetCoded(catalogue, base), quoteAsset)
      const outcome = await administer(line, (command) => {
        command.kind = CommandKind.ADD_SYMBOL
        command.text = JSON.stringify(definition)
      })
      return reply.code(201).send({ id: addedId(outcome), ...shownDefinition(definition, quoteAsset) })
    },
  )

  app.put<{ Params: { name: string }; Body: Static<typeof FiltersBody> }>(
    '/symbols/:name/filters',
    { schema: { body: FiltersBody } },
    async (request) => {
      const market = marketNamed(catalogue, request.params.name)
      const filters = changedFilters(market.definition, market.quote, request.body)
      await administer(line, (command) => {
        command.kind = CommandKind.SET_FILTERS
        command.symbol = market.id
        command.text = JSON.stringify(filters)
      })
      return shownDefinition({ ...market.definition, filters }, market.quote)
    },
  )

  app.put<{ Params: { name: string }; Body: Static<typeof SymbolStatusBody> }>(
    '/symbols/:name/status',
    { schema: { body: SymbolStatusBody } },
    async (request) => {
      const market = marketNamed(catalogue, request.params.name)
      await setStatus([market], request.body.status)
      return { name: market.name, status: request.body.status }
    },
  )

  app.put<{ Body: Static<typeof PhaseBody> }>('/phase', { schema: { body: PhaseBody } }, async (request) => {
    const { symbols, status } = request.body
    const markets = symbols?.map((name) => marketNamed(catalogue, name)) ?? catalogue.markets
    await setStatus(markets, status)
    return { status, symbols: markets.map((market) => market.name) }
  })

  async function setStatus(markets: readonly Market[], status: keyof typeof SymbolStatus): Promise<void> {
    for (const market of markets) {
      await administer(line, (command) => {
        command.kind = CommandKind.SET_SYMBOL_STATUS
        command.symbol = market.id
        command.value = SymbolStatus[status]
      })
    }
  }
}

export function assetCoded(catalogue: Catalogue, code: string): Asset {
  const asset = catalogue.asset(code)
  if (asset === undefined) throw notFound(`asset ${code}`)
  return asset
}

export function marketNamed(catalogue: Catalogue, name: string): Market {
  const market = catalogue.market(name)
  if (market === undefined) throw notFound(`symbol ${name}`)
  return market
}
