import type { LedgerEvent } from '../../../protocol/events.ts';

/**
 * The auditor's report: folds the events of a project, one by one, into a page that a person can read.
 *
 * ```
 * add / addWithheld     every line of the project log, then of each task log, in order
 *                       (the newest task first takes least memory; it makes no other difference)
 *   → wantedFiles       packs and reviews that would let the report say more; reading them is optional
 *   → addFile           the bytes of any of these, checked against their digest here
 *   → finish            once
 * ```
 *
 * Memory is bounded: a small record for each task, details only of those tasks that the report will tell in full.
 * Nothing is read from a clock or a file, so the same events give the same bytes.
 */
export interface Report {
  /** Takes an event; types this version does not know are counted. */
  readonly add: (event: LedgerEvent) => void;
  /** Takes a line whose content was withheld from the archive. */
  readonly addWithheld: (line: WithheldLine) => void;
  /**
   * The files worth reading once every event was added: packs (what was ordered) and review records (how each criterion
   * was proved) of the tasks told in full. At most 4,000 files of at most 256 KiB each. Leave out what is withheld.
   */
  readonly wantedFiles: () => readonly WantedFile[];
  /** Takes the bytes of a wanted file. Bytes that do not have the wanted digest are not used, and the report says so. */
  readonly addFile: (file: WantedFile, bytes: Uint8Array) => void;
  /** Writes the report, in Markdown (GitHub flavoured) and as one self-contained HTML page. */
  readonly finish: (facts: ReportFacts) => RenderedReport;
}

/** Pieces of text, each made when it is asked for, and to be read once; both texts end with a newline. */
export interface RenderedReport {
  readonly markdown: Iterable<string>;
  readonly html: Iterable<string>;
}

/** A redacted line: its type and time are what the line claims, not authenticated. */
export interface WithheldLine {
  /** Relative to the project folder: `events.jsonl` or `tasks/<id>/events.jsonl`. */
  readonly log: string;
  readonly seq: number;
  readonly type: string;
  /** RFC 3339. */
  readonly time: string;
}

/** A file that a task log names by digest. */
export interface WantedFile {
  readonly taskId: string;
  readonly kind: 'pack' | 'review';
  /** Relative to the project folder, POSIX separators. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What the exporter knows beyond the events. */
export interface ReportFacts {
  readonly projectId: string;
  /** The version that writes the archive. */
  readonly reeveVersion: string;
  /** The signed checkpoint in the archive; null without a key. */
  readonly checkpoint: {
    readonly origin: string;
    readonly size: number;
    readonly root: string;
    readonly key_id: string;
  } | null;
  /** Everything that is in the project and not in the archive. */
  readonly leftOut: {
    /** Tasks whose folders are not in the archive. */
    readonly tasks: number;
    /** RFC 3339: only tasks with something after it are in the archive; null for no such choice. */
    readonly since: string | null;
    /** Files whose content was withheld; `path` is relative to the project folder. */
    readonly redactedFiles: readonly {
      readonly path: string;
      readonly sha256: string;
      readonly bytes: number;
    }[];
    /** Files that are never archived (links, special files), each with the reason. */
    readonly skippedFiles: readonly { readonly path: string; readonly reason: string }[];
  };
  /** The payload of the archive: the files under `data/`, and their bytes. */
  readonly payload: { readonly files: number; readonly bytes: number };
  /** What was checked while exporting. */
  readonly verification: {
    /** Logs read from the first line to their head, every line hashed and linked. */
    readonly logs: number;
    readonly lines: number;
    /** One sentence for each outside witness beyond those that `checkpoint.anchored` events tell of. */
    readonly anchors: readonly string[];
    /** One sentence for each thing that the reader must know before trusting the rest. */
    readonly warnings: readonly string[];
  };
  /** How to check the archive, in order; `command` is typed as it stands, inside the unzipped folder. */
  readonly commands: readonly { readonly does: string; readonly command: string }[];
}
