import { originOf, type Checkpoint, type SignedCheckpoint } from '../../protocol/checkpoint.ts';
import { ReeveError } from '../../protocol/errors.ts';
import { isNoteSignedBy } from '../../protocol/signed-note.ts';
import { keyInForce } from '../../protocol/signing-keys.ts';
import { damaged } from './damaged.ts';
import type { ProjectScan } from './scan-project-log.ts';

/** What a project log was known to be. */
export interface KnownCheckpoints {
  /** The one in the project's own folder. */
  readonly own: SignedCheckpoint | null;
  /** Those that were kept elsewhere. */
  readonly seen: readonly Checkpoint[];
}

/**
 * Checks that a project log continues every checkpoint that is known of it, before anything is written to it.
 *
 * @param path of the log, for messages
 * @param scan with the roots at the sizes of all these checkpoints
 * @throws ReeveError LEDGER_FORKED when it has another history, LEDGER_ROLLED_BACK when it ends before one of them,
 *   LEDGER_DAMAGED when it ends there in bytes that are no line, or when its own checkpoint is not rightly signed
 */
export function assertContinues(path: string, scan: ProjectScan, { own, seen }: KnownCheckpoints): void {
  const { size } = scan.tree;
  const largestFirst = [...(own === null ? [] : [own]), ...seen].toSorted((a, b) => b.size - a.size);
  const origin = scan.genesis === null ? null : originOf(scan.genesis.log_id);
  const conflicting = largestFirst.find((known) => known.size <= size && isOtherHistory(scan, origin, known));
  if (conflicting !== undefined) throw forked(path, conflicting);
  const [largest] = largestFirst;
  if (largest !== undefined && largest.size > size) {
    if (scan.end.fault === null) throw rolledBack(path, size, largest);
    // Such bytes are no torn write: what stood in their place was vouched for.
    throw damaged(path, `line ${size + 1} is none, and a checkpoint covers ${largest.size} lines`);
  }
  if (own !== null && !isRightlySigned(scan, own))
    throw damaged(path, `the checkpoint beside it is not signed by the key in force at line ${own.size}`);
}

function isOtherHistory(scan: ProjectScan, origin: string | null, known: Checkpoint): boolean {
  return known.origin !== origin || (known.size > 0 && scan.rootsAt.get(known.size) !== known.root);
}

function isRightlySigned(scan: ProjectScan, own: SignedCheckpoint): boolean {
  const key = keyInForce(scan.keys, own.size);
  return key !== null && isNoteSignedBy(own.note, own.origin, key.public_key);
}

function forked(path: string, { origin, size, root }: Checkpoint): ReeveError {
  return new ReeveError(
    'LEDGER_FORKED',
    `The log ${path} is not what was seen of it: its first ${size} lines were others.`,
    { hint: HINT, details: { seen: { origin, size, root } } },
  );
}

function rolledBack(path: string, size: number, seen: Checkpoint): ReeveError {
  const { origin, root } = seen;
  return new ReeveError(
    'LEDGER_ROLLED_BACK',
    `The log ${path} ends at line ${size}, and ${seen.size} lines of it were seen: an older copy was put back.`,
    { hint: HINT, details: { seen: { origin, size: seen.size, root } } },
  );
}

const HINT =
  'See what is there with `reeve verify`, and restore the newer copy. To go on from this one: `reeve anchor reset --reason TEXT`.';
