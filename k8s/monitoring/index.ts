export { Prometheus } from './prometheus.ts'
export { quickened, readRuleFiles, type Alert, type RuleFile } from './alert-rules.ts'
