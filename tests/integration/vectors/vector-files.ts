import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { REPOSITORY } from '../../../scripts/repository.mjs';

/** A text, or bytes that are none. */
export type Content = string | { readonly base64: string };

export interface ArchiveVector {
  readonly name: string;
  readonly describe: string;
  readonly base: string;
  /** By path; null where a file of the base is not there. */
  readonly change: Readonly<Record<string, Content | null>>;
  readonly anchor?: string;
  readonly key?: string;
  readonly expect: {
    readonly exit: number;
    readonly verdict: string;
    readonly at?: { readonly log: string; readonly seq: number };
    readonly unanchored?: number;
  };
}

interface ArchiveVectors {
  readonly bases: Readonly<Record<string, Readonly<Record<string, Content>>>>;
  readonly vectors: readonly ArchiveVector[];
}

const { bases, vectors } = JSON.parse(
  readFileSync(join(REPOSITORY, 'tests/vectors/archives.json'), 'utf8'),
) as ArchiveVectors;

export const ARCHIVE_VECTORS = vectors;

function toBytes(content: Content): Buffer {
  return typeof content === 'string' ? Buffer.from(content) : Buffer.from(content.base64, 'base64');
}

/** The files of a vector's archive. */
export function filesOf({ base, change }: ArchiveVector): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const [path, content] of Object.entries({ ...bases[base], ...change })) {
    if (content !== null) files.set(path, toBytes(content));
  }
  return files;
}

/** Lays a vector's archive out in a scratch folder while `use` runs. */
export async function withArchive<Result>(
  vector: ArchiveVector,
  use: (folder: string, scratch: string) => Result | Promise<Result>,
): Promise<Result> {
  const scratch = mkdtempSync(join(tmpdir(), 'reeve-vector-'));
  try {
    const folder = join(scratch, 'shop');
    for (const [path, bytes] of filesOf(vector)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    return await use(folder, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The last line that the standalone verifiers print. */
export function lastLine({ verdict, at, unanchored }: ArchiveVector['expect']): string {
  const words = verdict.replace('_', ' ');
  if (at !== undefined) return `${words} at ${at.log} line ${at.seq}`;
  return unanchored === undefined ? words : `${words} ${unanchored}`;
}
