import type { Range, RangeReport } from './verify-range.ts';
import type { FileClaim } from './verify-claims.ts';
import type { VerifyFault } from './verify-report.ts';

/** A committed head, to be found in its log. */
export interface HeadClaim {
  /** Seq of the project log's line that commits it. */
  readonly line: number;
  readonly seq: number;
  readonly event_hash: string;
  readonly bytes: number;
}

/** What a line of the project log says of a sealed segment. */
export interface SealClaim {
  /** Seq of that line. */
  readonly line: number;
  readonly segment: number;
  readonly file: string;
  readonly first_seq: number;
  readonly last_seq: number;
  readonly head_hash: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What the project log says of one task. */
export interface TaskClaim {
  readonly task_id: string;
  readonly log_id: string;
  readonly genesis: string;
}

/** One piece of work: a piece of a log with the heads in it; plain data, as it goes to another thread. */
export interface VerifyJob {
  readonly range: Range;
  /** The log relative to the project folder, for the findings. */
  readonly log: string;
  /** Absolute path of the folder that the files named in the log are relative to. */
  readonly folder: string;
  /** Those whose lines end in this piece, by seq. */
  readonly heads: readonly HeadClaim[];
  /** Sealed segments that begin in this piece. */
  readonly sealed: readonly FileClaim[];
  /** Files beside the log that an archive says it left out, as `claimKey` names them. */
  readonly redactedFiles: ReadonlySet<string>;
  /** Whether the log ends with this piece. */
  readonly isLast: boolean;
}

/** What came of a job. */
export interface JobReport extends RangeReport {
  /** Faults of files beside the log. */
  readonly fileFaults: readonly VerifyFault[];
  readonly files: number;
  /** Heads that no line of this piece had. */
  readonly headsLeft: readonly HeadClaim[];
  /** Null for a task log. */
  readonly project: ProjectPiece | null;
}

/** What a piece of the project log tells besides. */
export interface ProjectPiece {
  readonly tasks: readonly TaskClaim[];
  /** Tasks that the heads are about. */
  readonly headTasks: readonly string[];
  /** Head records whose links are indexes into `headTasks`: see `writeHeadRecord`. */
  readonly heads: Uint8Array<ArrayBuffer>;
  /** Leaf hashes of its good lines, 32 bytes each. */
  readonly leaves: Uint8Array<ArrayBuffer>;
  readonly keyEvents: readonly KeyEvent[];
  readonly resets: readonly { readonly seq: number; readonly seen_size: number }[];
  readonly seals: readonly (SealClaim & { readonly task_id: string })[];
}

/** A line about a key, to be read once the key before it is known. */
export interface KeyEvent {
  readonly seq: number;
  readonly log_id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}
