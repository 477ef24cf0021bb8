export { LABELS } from './metrics/conventions.ts'
export { declaredBy, PROCESS_LABELS, SERVICES, type Declared } from './metrics/declared.ts'
