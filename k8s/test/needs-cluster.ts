import { needCluster } from '@uptick/deploy'

/** Before the tests of a running exchange: without a kubeconfig each of them would fail for a reason of its own. */
export default async function setup(): Promise<void> {
  await needCluster(process.env)
}
