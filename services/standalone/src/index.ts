export { readRunning, readSettings, type DemoKey, type Running, type Settings } from './data-folder.ts'
export { messageOf, Problem } from './problem.ts'
export {
  OperatorClient,
  OperatorError,
  type AccountView,
  type KeyRegistration,
  type TotalsView,
} from './operator/client.ts'
export { findExchange, type FoundExchange } from './operator/find.ts'
