export { ControlClient } from './control/control-client.ts'
export type { ClusterStatus, ProcessStatus, Rolled, RollStep } from './control/protocol.ts'
export { orderPathFlags } from './cluster/definitions.ts'
