export { ControlClient } from './control/control-client.ts'
export type { Rolled, RollStep } from './roll/roller.ts'
export type { ClusterStatus, ProcessStatus } from './status/status.ts'
export { orderPathFlags } from './cluster/definitions.ts'
