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
  | 'genesis_mismatch';

/** What a missing or changed file was. */
export type KeptFile = 'project_log' | 'task_log' | 'manifest' | 'pack' | 'artifact';

/** Where something was found: a log, relative to the project folder, and a line of it. */
export interface LinePosition {
  readonly log: string;
  readonly seq: number;
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
  | { readonly type: 'missing'; readonly what: KeptFile; readonly path: string }
  /** A file kept beside a log is not the one whose digest the log holds. */
  | (LinePosition & {
      readonly type: 'file_changed';
      readonly what: KeptFile;
      readonly path: string;
      readonly detail: string;
    })
  /** A link, a folder or a device in a file's place. */
  | { readonly type: 'not_plain'; readonly what: KeptFile; readonly path: string }
  | { readonly type: 'unreadable'; readonly path: string; readonly detail: string };

/** Something to know that is no fault. */
export type VerifyWarning =
  /** Lines after the newest head, or a whole log without one: written, but not anchored yet. */
  | { readonly type: 'unanchored'; readonly log: string; readonly events: number }
  /** An incomplete last line that no head covers: being written, or torn by a crash. */
  | { readonly type: 'torn_tail'; readonly log: string; readonly offset: number; readonly bytes: number }
  | (LinePosition & { readonly type: 'unknown_event'; readonly event_type: string })
  /** The first line of a log whose time is before that of its predecessor; order is by seq. */
  | (LinePosition & { readonly type: 'clock_went_back' });

/** The answer in one word; the worst finding decides. */
export type Verdict = 'VERIFIED' | 'UNANCHORED' | 'CANNOT_VERIFY' | 'MISSING' | 'TRUNCATED' | 'TAMPERED';

/** What a verification found. */
export interface VerifyReport {
  readonly verdict: Verdict;
  readonly mode: VerifyMode;
  readonly faults: readonly VerifyFault[];
  readonly warnings: readonly VerifyWarning[];
  readonly logs: number;
  readonly events: number;
  /** Size of all logs read. */
  readonly bytes: number;
  /** Packs and artifacts whose digests were compared. */
  readonly files: number;
  /** Last line of the project log; null when there is none. */
  readonly head: { readonly seq: number; readonly event_hash: string } | null;
}

/** Tells the verdict over some findings. */
export function judge(faults: readonly VerifyFault[], warnings: readonly VerifyWarning[]): Verdict {
  const verdicts = new Set(faults.map(({ type }) => VERDICT_OF[type]));
  if (verdicts.has('TAMPERED')) return 'TAMPERED';
  if (verdicts.has('TRUNCATED')) return 'TRUNCATED';
  if (verdicts.has('MISSING')) return 'MISSING';
  if (verdicts.has('CANNOT_VERIFY')) return 'CANNOT_VERIFY';
  const isUnanchored = warnings.some(({ type }) => type === 'unanchored' || type === 'torn_tail');
  return isUnanchored ? 'UNANCHORED' : 'VERIFIED';
}

const VERDICT_OF = {
  tampered: 'TAMPERED',
  file_changed: 'TAMPERED',
  not_plain: 'TAMPERED',
  truncated: 'TRUNCATED',
  missing: 'MISSING',
  unreadable: 'CANNOT_VERIFY',
} as const satisfies Readonly<Record<VerifyFault['type'], Verdict>>;
