export { OperatorClient, type AccountList, type AccountView, type KeyRegistration, type TotalsView } from './client.ts'
export { publishFlags } from './publish-flags.ts'
export { UnleashAdmin } from './unleash-admin.ts'
export { findExchange, type FoundExchange } from './find.ts'
