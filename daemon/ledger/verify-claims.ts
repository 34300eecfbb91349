import type { KeptFile } from './verify-report.ts';

/** A file beside a log, as a line of the log (or a file so claimed) describes it. */
export interface FileClaim {
  readonly what: KeptFile;
  /** Relative to the task folder, or for a project log to the project folder; POSIX separators. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly seq: number;
  /** Whether the file lists further files: a review record. */
  readonly isList: boolean;
}

/** Tells whether events of a type name files. */
export function namesFiles(type: string): boolean {
  return NAMING.has(type);
}

const NAMING: ReadonlySet<string> = new Set([
  'pack.accepted',
  'rework.requested',
  'attempt.recorded',
  'daemon.started',
  'checkpoint.anchored',
]);

/** Lists the files that a line names. */
export function listFileClaims(
  type: string,
  seq: number,
  data: Readonly<Record<string, unknown>>,
): readonly FileClaim[] {
  const { file: path, bytes } = data;
  switch (type) {
    case 'pack.accepted':
      return toClaim('pack', seq, { path, sha256: data['pack_sha256'], bytes }, false);
    case 'rework.requested':
      return toClaim('pack', seq, { path, sha256: data['rework_sha256'], bytes }, false);
    case 'attempt.recorded':
      return [
        ...toClaim('artifact', seq, data['review'], true),
        ...toClaim('artifact', seq, data['step_result'], false),
        ...toClaim('artifact', seq, data['patch'], false),
      ];
    case 'daemon.started':
      return toClaim('policy', seq, data['policy'], false);
    default:
      return [
        ...toClaim('anchor', seq, data['checkpoint'], false),
        ...toClaim('anchor', seq, data['proof'], false),
      ];
  }
}

/** Names a file with its content: the same for every line that claims the same. */
export function claimKey({ path, sha256, bytes }: Pick<FileClaim, 'path' | 'sha256' | 'bytes'>): string {
  return `${sha256} ${bytes} ${path}`;
}

/** Reads an Artifact reference; anything else claims nothing. */
export function toClaim(what: KeptFile, seq: number, value: unknown, isList: boolean): readonly FileClaim[] {
  if (typeof value !== 'object' || value === null) return [];
  const { path, sha256, bytes } = value as Readonly<Record<string, unknown>>;
  if (typeof path !== 'string' || typeof sha256 !== 'string' || typeof bytes !== 'number') return [];
  return [{ what, path, sha256, bytes, seq, isList }];
}
