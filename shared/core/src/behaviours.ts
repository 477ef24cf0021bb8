/**
 * Numbered changes of what the core does. A release supports some of them. Each takes effect when the journal activates
 * it, so older commands replay as they were executed. A number is never reused.
 */
export const Behaviour = {
  /** Fees are rounded half to even; before, down. */
  FEE_HALF_EVEN: 1,
  /**
   * The book fixes what a market order may spend, and the amount is locked, before its first fill. Before, free funds
   * were read again before each fill, and the proceeds of a self-trade could be spent again.
   */
  BOUNDED_STEPS: 2,
  /** Filters, market states and reference prices as Binance documents them; a refused command changes nothing. */
  DOCUMENTED_RULES: 3,
  /**
   * Every mode of self-trade prevention records the quantity that it took off an order, and reports it as
   * TRADE_PREVENTION: once for each order, with its status and the other order. Before, only DECREMENT did, and orders
   * that it ended also expired.
   */
  PREVENTED_QUANTITY: 4,
  /**
   * The core numbers aggregate trades without gaps, starting after the last trade's id. Before, readers gave an
   * aggregate the id of its first trade.
   */
  AGGREGATE_IDS: 5,
  /** A full memory of retries drops the oldest order of the account with the most. Before, it refused every order. */
  RETRY_SHARES: 6,
  /** The two fills of a trade do not repeat what its TRADE says; before, each was complete. They decode alike. */
  COMPACT_FILLS: 7,
  /**
   * The quantity of a market order by quote quantity is computed with its account's own orders, which self-trade
   * prevention keeps it from trading with. Before, they counted like those of others, and the order could break a lot
   * or spend too little.
   */
  OWN_IN_QUOTE: 8,
} as const

/**
 * Forms of the journal. They are numbered together with the behaviours, and activated in the same way. They change no
 * replay. The core only states which are active, so that no release follows a journal that it would misread.
 */
export const JournalForm = {
  /** Appends leave the head row alone: the last batch is the journal's end. Before, each append moved the row. */
  END_IS_LAST_BATCH: 9,
} as const

/** Behaviours and forms that this build knows, in the order in which a new shard activates them. */
export const SUPPORTED_BEHAVIOURS: readonly number[] = [
  ...Object.values(Behaviour),
  ...Object.values(JournalForm),
].toSorted((a, b) => a - b)
