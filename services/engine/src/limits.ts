/** Every bound of the engine, with its unit. What is configurable is in `config.ts` with these as defaults. */

/** A batch is one row of the journal and one commit. */
export const BATCH_COMMANDS_MAX = 4_096
/** Record words of one batch; a single longer record still makes a batch of its own. */
export const BATCH_WORDS_MAX = 1 << 20

/**
 * Appends handed to the journal and not answered. PostgreSQL executes one after the other, so a second one saves only a
 * round trip, and makes both batches smaller: at 64 connections an order costs the engine a sixth and PostgreSQL a
 * quarter more with two.
 */
export const APPENDS_IN_FLIGHT_MAX = 1

export const LINKS_MAX = 64
/** Connections, those included that have not said HELLO or are closing. */
export const CONNECTIONS_MAX = 4 * LINKS_MAX
/** Commands of one link that are accepted and not answered. */
export const LINK_WINDOW_MAX = 16_384
/** OPEN_SESSION comes on top of a full window that is sent again. */
export const LINK_WINDOW_SLACK = 64
/** Commands of all links that wait to be sequenced: as many as their windows, which are their shares. */
export const QUEUED_COMMANDS_MAX = LINKS_MAX * (LINK_WINDOW_MAX + LINK_WINDOW_SLACK)
/** Their record words (256 MiB). */
export const QUEUED_WORDS_MAX = 1 << 26

/** Answers of one link that wait for the reply gate, bytes past which it gets no more, and the bytes of those of all links. */
export const LINK_ANSWERS_HELD_MAX = 16_384
export const LINK_ANSWERS_HELD_BYTES_MAX = 32 << 20
export const ANSWERS_HELD_BYTES_MAX = 256 << 20

/** What a gateway says of itself, as JSON; more of it is dropped. */
export const FACTS_CHARACTERS_MAX = 8_192

/** Bytes that one link's socket may hold back before its feed waits for it. */
export const LINK_BUFFERED_BYTES_MAX = 8 << 20
/** A link whose socket takes nothing for this long is closed; it resumes by sequence. */
export const LINK_STUCK_MS_MAX = 10_000
export const STUCK_SWEEP_MS = 1_000
/** From the connection to the end of the handshake. */
export const INTRODUCTION_MS_MAX = 2_000
/** Connections that have not proved what they are; one more takes the place of the oldest, which has had most time. */
export const STRANGERS_MAX = 32
/** Bytes of one message of theirs. */
export const STRANGER_BYTES_MAX = 4_096
/** A connection that has not said HELLO. */
export const HELLO_MS_MAX = 5_000

/** Outcome words of one OUTCOMES frame, unless a single outcome is longer. */
export const FRAME_WORDS_MAX = 1 << 18
/** Outcomes are kept for resume this long in journaled time, and never more bytes than this. */
export const RETAINED_MICROSECONDS = 60_000_000
export const RETAINED_BYTES_MAX = 256 << 20

/** How often the read model is asked how far it has come. */
export const RECORDED_POLL_MS = 250
/** Closed orders that stay answerable while the recorder has not passed them. */
export const CLOSED_ORDERS_MAX = 1_000_000

/** A session without a link and without commands ends after this long. */
export const SESSION_IDLE_MS_MAX = 600_000
export const SESSION_SWEEP_MS = 15_000
/** Sessions past this number end sooner, those without a link that were unused for longest first. */
export const SESSIONS_MAX = 1_024

/** Waits between attempts to reach the journal again. */
export const RETRY_FIRST_MS = 50
export const RETRY_MS_MAX = 2_000

/**
 * A leader that has kept its lease for this long, and could write nothing in that time, gives the shard up: another
 * member may be able to write. Longer than the longest pause between two attempts, and than an append may stay
 * unanswered.
 */
export const POWERLESS_MS_MAX = 3_000

/** The whole of a stop, with a hand-off in it. */
export const HAND_OFF_MS_MAX = 8_000

/** Standbys that follow one leader. */
export const MEMBERS_MAX = 8
/** Committed batches are kept as long as outcomes, and never more bytes than this. */
export const RETAINED_BATCH_BYTES_MAX = 128 << 20
/** Batches that came ahead of a gap, which is being filled from the journal. */
export const AHEAD_BYTES_MAX = 64 << 20

/** A leader whose timers stood still for longer was frozen: it accepts nothing that came in meanwhile. */
export const AWAY_MS_MAX = 1_000
