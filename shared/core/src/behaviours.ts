/**
 * Numbered changes of what the core does. A release supports some of them; each takes effect when the journal
 * activates it, so that old commands replay as they were executed. A number is never reused.
 */
export const Behaviour = {
  /** Fees are rounded half to even; before, down. */
  FEE_HALF_EVEN: 1,
  /**
   * What a market order may spend is fixed and held before its first fill; before, free funds were read anew before each
   * fill, and what a self-trade returned could be spent again.
   */
  BOUNDED_STEPS: 2,
  /** Filters, market states and reference prices as Binance documents them; what is refused changes nothing. */
  DOCUMENTED_RULES: 3,
  /**
   * Every mode of self-trade prevention records what it took off an order, and tells it as TRADE_PREVENTION, once for each
   * order with its status and the other order; before, only DECREMENT did, and orders ended by it expired besides.
   */
  PREVENTED_QUANTITY: 4,
  /**
   * The core numbers aggregates of trades, without gaps from the last trade's id on; before, readers give an aggregate the
   * id of its first trade.
   */
  AGGREGATE_IDS: 5,
  /** A full memory of idempotent retry shortens that of the account that holds most; before, it refuses every order. */
  RETRY_SHARES: 6,
  /** The two fills of a trade do not repeat what its TRADE tells; before, each was told whole. Events read the same. */
  COMPACT_FILLS: 7,
  /**
   * What a market order by quote quantity comes to is reckoned with its own account's orders, which prevention keeps it from
   * trading with; before, they counted like others', and it could break a lot or spend less than it might.
   */
  OWN_IN_QUOTE: 8,
} as const

/**
 * Numbered in the same row, and activated in the same way: how the journal is kept. Nothing replays differently; the core
 * only says which are active, so that no release follows a journal that it would misread.
 */
export const JournalForm = {
  /** Appends leave the head row alone, and the shard's last batch is the journal's end; before, each moves the row on. */
  END_IS_LAST_BATCH: 9,
} as const

/** Behaviours and forms that this build knows, in the order in which a new shard activates them. */
export const SUPPORTED_BEHAVIOURS: readonly number[] = [
  ...Object.values(Behaviour),
  ...Object.values(JournalForm),
].toSorted((a, b) => a - b)
