import type { FileChange } from '../../protocol/generated/types.ts';
import { splitFields } from './git-fields.ts';

/** One changed file with the object it has become. */
export interface RawChange extends FileChange {
  /** All zeros for a deletion. */
  readonly newId: string;
  readonly pathIsUtf8: boolean;
}

/**
 * Parses `--raw -z --no-renames --no-abbrev` (git-diff(1), "Raw output format").
 *
 * A rename stays a deletion and an addition; the addition names its source when the content is exactly the same,
 * which costs nothing to see.
 *
 * @throws Error when the output is not in that format
 */
export function parseRawDiff(output: Buffer): readonly RawChange[] {
  const fields = splitFields(output);
  const entries: RawEntry[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const path = fields[at + 1];
    const found = HEADER.exec(fields[at]?.text ?? '')?.groups;
    if (found === undefined || path === undefined)
      throw new Error('git answered with an unknown raw format.');
    entries.push({
      oldMode: found['oldMode'] ?? '',
      newMode: found['newMode'] ?? '',
      oldId: found['oldId'] ?? '',
      newId: found['newId'] ?? '',
      letter: found['letter'] ?? '',
      path: path.text,
      pathIsUtf8: path.isUtf8,
    });
  }
  const sources = renameSources(entries);
  return entries.map((entry) => ({
    path: entry.path,
    status: statusOf(entry),
    old_mode: entry.oldMode,
    new_mode: entry.newMode,
    renamed_from: sources.get(entry) ?? null,
    newId: entry.newId,
    pathIsUtf8: entry.pathIsUtf8,
  }));
}

const HEADER =
  /^:(?<oldMode>\d{6}) (?<newMode>\d{6}) (?<oldId>[0-9a-f]+) (?<newId>[0-9a-f]+) (?<letter>[A-Z])$/;

interface RawEntry {
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldId: string;
  readonly newId: string;
  readonly letter: string;
  readonly path: string;
  readonly pathIsUtf8: boolean;
}

function statusOf({ letter, oldId, newId }: RawEntry): FileChange['status'] {
  if (letter === 'A') return 'added';
  if (letter === 'D') return 'deleted';
  if (letter === 'T') return 'type_changed';
  return oldId === newId ? 'mode_changed' : 'modified';
}

/** Pairs each addition with a deletion of the same object; each deletion serves once, in path order. */
function renameSources(entries: readonly RawEntry[]): ReadonlyMap<RawEntry, string> {
  const deleted = new Map<string, string[]>();
  for (const entry of entries.filter(({ letter }) => letter === 'D')) {
    deleted.set(entry.oldId, [...(deleted.get(entry.oldId) ?? []), entry.path]);
  }
  const sources = new Map<RawEntry, string>();
  for (const entry of entries.filter(({ letter }) => letter === 'A')) {
    const source = deleted.get(entry.newId)?.shift();
    if (source !== undefined) sources.set(entry, source);
  }
  return sources;
}
