import type { Checkpoint } from '../../../protocol/checkpoint.ts';
import type { LoggedKey } from '../../../protocol/signing-keys.ts';

/** A project log as far as it is intact. */
export interface LogStanding {
  /** `reeve/<log_id>`; null where not one line can be read. */
  readonly origin: string | null;
  /** Intact lines. */
  readonly size: number;
  /** False when something follows the intact lines that should not be there. */
  readonly isWhole: boolean;
  /** Roots of its tree in base64, at each size that a checkpoint at hand has and the log reaches. */
  readonly rootsAt: ReadonlyMap<number, string>;
  /** Keys that it tells of, by seq. */
  readonly keys: readonly LoggedKey[];
}

/** How a checkpoint relates to a log; `ahead` covers more lines than the log has. */
export type CheckpointRelation = 'consistent' | 'ahead' | 'conflicting' | 'other_log';

/** Tells how a checkpoint relates to a log. Of a log without a line nobody can tell that it is another one. */
export function relateToLog(log: LogStanding, { origin, size, root }: Checkpoint): CheckpointRelation {
  if (log.origin !== null && origin !== log.origin) return 'other_log';
  if (size > log.size) return 'ahead';
  return log.rootsAt.get(size) === root ? 'consistent' : 'conflicting';
}
