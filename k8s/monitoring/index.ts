export { quickened, readRuleFiles, type Alert, type RuleFile } from './alert-rules.ts'
