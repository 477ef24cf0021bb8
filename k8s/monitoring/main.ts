import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { commandLine, runCommand, someText } from '@uptick/commandline'
import { stringify } from 'yaml'
import { prometheusRule, readRuleFiles } from './alert-rules.ts'

const about = 'Writes the alert rules in the form of the Prometheus operator, for the component monitoring-operator.'

const examples = `
  npm run monitoring                                          after a change of k8s/components/monitoring/rules
  npm run monitoring -- --runbooks https://wiki.example.com   alerts link to runbooks there`

const HEAD = `# Written by npm run monitoring from ../monitoring/rules; a test checks that both say the same.\n`
const file = fileURLToPath(new URL('../components/monitoring-operator/rules.yaml', import.meta.url))

await runCommand(
  commandLine('npm run monitoring --', about)
    .option('--runbooks <url>', 'where the pages of docs/runbooks are published', someText)
    .addHelpText('after', examples)
    .action(({ runbooks }: { runbooks?: string }) => {
      writeFileSync(file, HEAD + stringify(prometheusRule(readRuleFiles(), runbooks), { lineWidth: 120 }))
      process.stdout.write(`${file} is written.\n`)
    }),
)
