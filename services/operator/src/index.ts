export { OperatorClient, type AccountList, type AccountView, type KeyRegistration, type TotalsView } from './client.ts'
export { findExchange, type FoundExchange } from './find.ts'
