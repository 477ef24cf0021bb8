import { repair } from '../../prove/repair.ts'
import { goBack, letIn, runChanged, settings, sql, without, type AlertFault } from '../alert-fault.ts'
import { withStores } from '../stores.ts'
import { CHANGED_RULE } from './changed-rule.ts'

const ENGINE = 'statefulset/engine'
const PATIENCE = { forMs: 30_000, everyMs: 200 }

/** Faults of engines and of the journal. Traders are held or refused while they last. */
export const engineFaults: readonly AlertFault[] = [
  without(ENGINE, 2, ['StandbyMissing'], 1),
  without(ENGINE, 2, ['LeaderMissing', 'HoldExceeded', 'ErrorBudgetBurns']),
  {
    what: 'PostgreSQL takes no writes',
    alerts: ['JournalNotWritable'],
    cause: async (stage) => {
      await sql(stage, 'ALTER SYSTEM SET default_transaction_read_only = on', 'SELECT pg_reload_conf()')
    },
    undo: async (stage) => {
      await sql(stage, 'ALTER SYSTEM RESET default_transaction_read_only', 'SELECT pg_reload_conf()')
    },
  },
  {
    what: 'the journal loses its last batch',
    alerts: ['ShardHalted', 'StandbyBehind'],
    cause: async (stage) => {
      await sql(stage, 'DELETE FROM journal_batch WHERE last_sequence = (SELECT max(last_sequence) FROM journal_batch)')
    },
    undo: async (stage) => {
      await withStores(stage.kubectl, ({ operator }) => repair(operator, PATIENCE))
    },
  },
  {
    what: 'a release whose state differs',
    alerts: ['MemberDiverged'],
    cause: (stage) => runChanged(stage, ENGINE, 'engine', CHANGED_RULE),
    undo: (stage) => goBack(stage, ENGINE),
  },
  {
    what: 'synchronous replication is promised, and there is none',
    alerts: ['ReplicationMissing'],
    cause: (stage) => settings(stage, ENGINE, 'ACK_POLICY=journal-synchronous'),
    undo: (stage) => settings(stage, ENGINE, 'ACK_POLICY-'),
  },
  {
    what: 'engines let no gateway in',
    alerts: ['GatewayCutOff'],
    // A policy leaves established connections alone: after a hand-off gateways dial anew.
    cause: async (stage) => {
      await letIn(stage, 'engine-link', 'engine')
      await withStores(stage.kubectl, ({ operator }) => operator.call('POST', '/handoff'))
    },
    undo: (stage) => letIn(stage, 'engine-link', 'gateway', 'engine'),
  },
]
