import { expect, test } from 'vitest'
import { Samples } from '@uptick/runtime/samples'
import { answersOf, isLeading } from './pod-metrics.ts'

test('the one that leads says so, with whatever labels', () => {
  const role = (value: number): string =>
    `engine_role{role="standby",shard="0"} ${1 - value}\nengine_role{role="leading",shard="0",ack_policy="journal"} ${value}\n`
  expect(isLeading(Samples.parse(role(1)))).toBe(true)
  expect(isLeading(Samples.parse(role(0)))).toBe(false)
})

test('requests are summed over operations, errors over everything from 500', () => {
  const metrics = `# HELP gateway_requests_total Operations by their HTTP status
gateway_requests_total{operation="order.place",status="200"} 90
gateway_requests_total{operation="order.place",status="503"} 3
gateway_requests_total{operation="order.cancel",status="400"} 5
gateway_requests_total{operation="order.cancel",status="504"} 2
`
  expect(answersOf(Samples.parse(metrics))).toEqual({ requests: 100, errors: 5 })
})

test('500 is an error, 499 is none', () => {
  const answered = (status: number): Samples =>
    Samples.parse(`gateway_requests_total{operation="ping",status="${status}"} 1\n`)
  expect(answersOf(answered(500))).toEqual({ requests: 1, errors: 1 })
  expect(answersOf(answered(499))).toEqual({ requests: 1, errors: 0 })
})
