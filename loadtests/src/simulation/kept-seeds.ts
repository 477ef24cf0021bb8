/**
 * Seeds that failed once, and the reason; the tests replay them. A change of the simulation changes the run of a seed,
 * so each bug also has a test of its own.
 */
export const keptSeeds: readonly { readonly seed: number; readonly why: string }[] = [
  { seed: 6, why: 'a leader of an older build journaled the activation of a behaviour that it refused itself' },
  { seed: 17, why: 'the same, and the standbys that knew the behaviour diverged' },
  { seed: 23, why: 'the same, found by those that replayed the journal from its beginning' },
  { seed: 26, why: 'the same, with every engine of the older build' },
  { seed: 15, why: 'a step of the clock of a gateway ended the hold of everything that waited there' },
  { seed: 20, why: 'the same, with queries' },
  { seed: 517, why: 'a standby that had refused an activation could have led until a batch followed' },
  { seed: 172, why: 'the feed began anew at a snapshot, where less had been retained, as it may' },
  { seed: 163, why: 'a run was taken for settled while an engine had been told to stop (the simulation itself)' },
  {
    seed: 1_202,
    why: 'a duplicate refused because its reply was forgotten was taken for executed twice (the checker)',
  },
  { seed: 6_152, why: 'the member that repaired the journal started anew before the operator had its answer' },
  {
    seed: 92,
    why: 'a run was taken for settled at the moment before a member found itself unfit (the simulation itself)',
  },
  { seed: 949, why: 'what had waited for a busy market was held as long as what was sent before it' },
  { seed: 857, why: 'a reply that went on in later steps was waited for past the hold when its leader died' },
  { seed: 6_511, why: 'a gateway that only listened never noticed that its connection was dead' },
  { seed: 97, why: 'an activation that was refused and sent again to a newer leader made every member unfit' },
  { seed: 280, why: 'a retry was told at once that the rest of a past reply is unknown (the checker)' },
  { seed: 5_155, why: 'a leader of a shard without trading never noticed that rows were lost' },
  {
    seed: 230,
    why: 'a halt that came after the decision of an operator halted the shard again',
  },
  { seed: 475, why: 'the same' },
  { seed: 2_590, why: 'journaled time was ahead by as long as a process had been frozen (the checker)' },
  { seed: 127, why: 'a sequence that was written anew was compared with what was shown before the loss (the checker)' },
]
