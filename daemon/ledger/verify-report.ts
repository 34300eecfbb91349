import type { CheckpointRelation } from '../domain/ledger-verdict/log-standing.ts';
import {
  STANDING_VERDICTS,
  type KeyWarning,
  type StandingFault,
} from '../domain/ledger-verdict/standing-fault.ts';
import type { Verdict } from '../domain/ledger-verdict/verdict.ts';
import type { LoggedKey } from '../../protocol/signing-keys.ts';
import type { AnchorKind } from '../ports/anchors.ts';
import type { LineFault } from './linked-line.ts';

/** `strict` parses every line, compares it with its canonical form and its schema; `fast` slices and hashes. */
export type VerifyMode = 'fast' | 'strict';

/** Each way in which a line can be wrong. */
export type TamperCause =
  | LineFault
  | 'not_utf8'
  | 'not_canonical'
  | 'wrong_log'
  | 'schema_violated'
  | 'head_mismatch'
  | 'genesis_mismatch'
  | 'redacted';

/** What a missing or changed file was. */
export type KeptFile =
  'project_log' | 'task_log' | 'segment' | 'manifest' | 'pack' | 'artifact' | 'policy' | 'anchor';

/** Where something was found: a log, relative to the project folder, and a line of it. */
export interface LinePosition {
  readonly log: string;
  readonly seq: number;
}

/** A file that a line of a log names. */
interface NamedFile extends LinePosition {
  readonly what: KeptFile;
  /** Relative to the project folder. */
  readonly path: string;
}

/** Something that should not be: the ledger cannot be relied on as it stands. */
export type VerifyFault =
  /** The first line of a log that is not what was written. */
  | (LinePosition & {
      readonly type: 'tampered';
      readonly why: TamperCause;
      readonly offset: number;
      readonly detail: string;
    })
  /** A committed head covers more than the log holds; `seq` is the last line there is. */
  | (LinePosition & { readonly type: 'truncated'; readonly head_seq: number })
  /** The project log, or a task log that the project log knows, is gone. */
  | { readonly type: 'log_missing'; readonly what: KeptFile; readonly path: string }
  /** A file kept beside a log is gone. */
  | (NamedFile & { readonly type: 'missing' })
  /** A file kept beside a log is not the one whose digest the log holds. */
  | (NamedFile & { readonly type: 'file_changed'; readonly detail: string })
  /** A link, a folder or a device in a file's place. */
  | (NamedFile & { readonly type: 'not_plain' })
  | { readonly type: 'unreadable'; readonly path: string; readonly detail: string }
  /** An archive leaves out other tasks than it says. */
  | { readonly type: 'disclosure_wrong'; readonly detail: string }
  | StandingFault;

/** Something to know that is no fault. */
export type VerifyWarning =
  /** Lines after the newest head, or a whole log without one: written, but not covered yet. */
  | { readonly type: 'unanchored'; readonly log: string; readonly events: number }
  /** An incomplete last line that no head covers: being written, or torn by a crash. */
  | { readonly type: 'torn_tail'; readonly log: string; readonly offset: number; readonly bytes: number }
  /** A file that is named like a sealed segment, and that the project log does not tell of. */
  | { readonly type: 'unnamed_segment'; readonly log: string; readonly file: string }
  | (LinePosition & { readonly type: 'unknown_event'; readonly event_type: string })
  /** The first line of a log whose time is before that of its predecessor; order is by seq. */
  | (LinePosition & { readonly type: 'clock_went_back' })
  /** Somebody accepted that the ledger does not continue what had been seen of it. */
  | (LinePosition & { readonly type: 'anchor_reset'; readonly seen_size: number })
  | KeyWarning;

/** An anchor that was compared with the ledger. */
export interface ReportedAnchor {
  readonly kind: AnchorKind;
  readonly by: string;
  /** RFC 3339; null when it does not say. */
  readonly time: string | null;
  /** Lines of the project log that it covers. */
  readonly size: number;
}

/** What a verification found. */
export interface VerifyReport {
  readonly verdict: Verdict;
  /** Where the fault that decided is, if that is a line. */
  readonly at: LinePosition | null;
  /** Events that no consistent anchor covers; an incomplete line counts as one. */
  readonly unanchored: number;
  /** The newest anchor that the ledger is consistent with. */
  readonly anchored: ReportedAnchor | null;
  /** The ledger's own checkpoint; without a key id when it is not rightly signed. */
  readonly checkpoint: {
    readonly size: number;
    readonly root: string;
    readonly key_id: string | null;
  } | null;
  readonly anchors: readonly (ReportedAnchor & { readonly result: CheckpointRelation })[];
  /** Keys that the project log tells of. */
  readonly keys: readonly LoggedKey[];
  readonly mode: VerifyMode;
  readonly faults: readonly VerifyFault[];
  readonly warnings: readonly VerifyWarning[];
  readonly logs: number;
  readonly events: number;
  /** Events whose content an archive left out: only their place in the chain was checked. */
  readonly redacted: number;
  /** Size of all logs read. */
  readonly bytes: number;
  /** Packs, artifacts and other files whose digests were compared. */
  readonly files: number;
  /** Last line of the project log; null when there is none. */
  readonly head: { readonly seq: number; readonly event_hash: string } | null;
}

/** Tells the verdict that a fault leads to. */
export function verdictOf({ type }: VerifyFault): Verdict {
  return VERDICT_OF[type];
}

const VERDICT_OF = {
  ...STANDING_VERDICTS,
  tampered: 'TAMPERED',
  missing: 'TAMPERED',
  file_changed: 'TAMPERED',
  not_plain: 'TAMPERED',
  disclosure_wrong: 'TAMPERED',
  truncated: 'TRUNCATED',
  log_missing: 'TRUNCATED',
  unreadable: 'CANNOT_VERIFY',
} as const satisfies Readonly<Record<VerifyFault['type'], Verdict>>;
