import { mutationsOf, type Room } from '../mutation.ts'

const DEPLOY = 'k8s/deploy/src'
const testOf = (name: string): string[] => [`${DEPLOY}/${name}.test.ts`]

export const deploy: Room = {
  name: 'deploy',
  mutations: [
    ...mutationsOf(`${DEPLOY}/deploy-lock.ts`, testOf('deploy-lock'), [
      ["        this.#lost = 'another process has taken the deployment over'\n", ''],
      ['(error.isConflict || error.isNotFound)', 'error.isConflict'],
      ['if (this.#lost !== undefined) return\n', '', 'the deletion names a version, which a lost lease no longer has'],
      ['    await this.#renewing\n', ''],
      ['    clearTimeout(this.#timer)\n', ''],
      ['seconds * 1000 < Date.now()', 'seconds * 1000 <= Date.now()'],
      ['if (known !== undefined && !isExpired(known)) throw', 'if (known === null) throw'],
    ]),
    ...mutationsOf(`${DEPLOY}/pod-metrics.ts`, testOf('pod-metrics'), [
      ["Number(labels['status']) >= 500", "Number(labels['status']) > 500"],
      ['requests += value', 'requests += 1'],
    ]),
    ...mutationsOf(`${DEPLOY}/workloads.ts`, testOf('workloads'), [
      ['some((owner) => owner.uid === uid)', 'some((owner) => owner.uid !== undefined)'],
      ['known.find((candidate) => candidate.name === revision)', 'known.at(-2)'],
      ['if (wanted.name === newest) return false', ''],
      ["workload.kind === 'StatefulSet' ? 'statefulset' : 'deployment'", "'deployment'"],
      ["error.message.includes('skipped rollback')", 'error.message !== null'],
      ['.toSorted((a, b) => a.number - b.number)', ''],
    ]),
    ...mutationsOf(`${DEPLOY}/deploy.ts`, testOf('rollback'), [
      ['    const names = await goBack(session, before)\n', '    const names: string[] = []\n'],
      ['!(error instanceof RollFailedError) || before === undefined', 'before === undefined'],
      ['      lock.assertHeld()\n', ''],
      [
        'progressOf(workload).isComplete)\n  if (!isWhole) return log.newest',
        'workload !== undefined)\n  if (!isWhole) return log.newest',
      ],
      ['  if (known !== undefined && sameRevisions(known.revisions, revisions)) return known\n', ''],
    ]),
    ...mutationsOf(`${DEPLOY}/rollback.ts`, testOf('rollback'), [
      ['target?.revisions[name]', 'undefined'],
      ['target !== undefined || broken.length === 0 ? workloads : broken', 'workloads'],
      ['  if (target !== undefined) await (await ReleaseLog.read(kubectl)).truncate(target)\n', ''],
      [
        'const isBack = await until(session, () => all.every((workload) => watch.isSettled(workload)), BACK_MS_MAX)',
        'const isBack = true',
      ],
    ]),
    ...mutationsOf(`${DEPLOY}/roll.ts`, testOf('roll'), [
      ['errors >= errorsMin && ', ''],
      ['errors > requests * errorShareMax', 'errors > requests'],
      ['now - this.#ledAt > this.#limits.leaderlessMs', 'now - this.#ledAt >= this.#limits.leaderlessMs'],
      ['this.#brokenBefore.has(uid) ? undefined : ', ''],
      ['now - this.#movedAt > this.#limits.stallMs', 'now - this.#movedAt >= this.#limits.stallMs'],
    ]),
    ...mutationsOf(`${DEPLOY}/objects.ts`, testOf('objects'), [
      ['isSeen && isUpdated', 'isUpdated'],
      ['available >= wanted }', 'available > 0 }'],
      ['pod.metadata.deletionTimestamp === undefined && ', ''],
    ]),
    ...mutationsOf(`${DEPLOY}/release-log.ts`, testOf('release-log'), [
      ['slice(0, index + 1)', 'slice(0, index)'],
      ['.every((name) =>', '.some((name) =>'],
    ]),
    ...mutationsOf(`${DEPLOY}/answer-tally.ts`, testOf('answer-tally'), [
      ['this.#heard.get(uid)?.first ?? begin', 'begin'],
      ["status.phase === 'Pending'", "status.phase !== 'Pending'"],
    ]),
  ],
}
