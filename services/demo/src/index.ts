export { botTraders, demoTraders, markets, type DemoTrader, type Market } from './listing.ts'
export { listMarkets, openAccount } from './seed.ts'
