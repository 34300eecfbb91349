/** What one line contributes to its log's chain. */
export interface ChainPoint {
  readonly log_id: string;
  readonly seq: number;
  /** UUIDv7. */
  readonly id: string;
  readonly event_hash: string;
}

/** A line about to be linked: a point, and the hash it claims for its predecessor. */
export interface ChainLink extends ChainPoint {
  readonly prev_event_hash: string | null;
}

/** Each way in which a line can fail to follow its predecessor. */
export type ChainBreak = 'wrong_log_id' | 'seq_gap' | 'link_broken' | 'id_not_increasing';

/**
 * Tells how a line fails to follow its predecessor, or null when it follows.
 *
 * The first line of a log (no predecessor) has seq 1 and no previous hash; every other has its predecessor's log id,
 * the next seq, a greater id and its predecessor's hash. A hash that does not fit its own line is another matter:
 * see `hashOfEventLine`.
 */
export function findChainBreak(previous: ChainPoint | null, next: ChainLink): ChainBreak | null {
  if (previous === null) {
    if (next.seq !== 1) return 'seq_gap';
    return next.prev_event_hash === null ? null : 'link_broken';
  }
  // Threat: without the log id a whole run of lines could be spliced in from another log.
  if (next.log_id !== previous.log_id) return 'wrong_log_id';
  if (next.seq !== previous.seq + 1) return 'seq_gap';
  if (next.prev_event_hash !== previous.event_hash) return 'link_broken';
  return next.id > previous.id ? null : 'id_not_increasing';
}
