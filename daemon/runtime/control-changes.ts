import { readFile } from 'node:fs/promises';
import { canonicalJson } from '../../protocol/canonical-json.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import type { ControlDigest } from '../ports/workspace.ts';

/**
 * Names the repository's control files that differ from before the worker ran.
 *
 * The ledger holds one digest over all of them; the file beside the worktree only says which they were, and is
 * believed only where it has that digest: the worker could have rewritten it.
 */
export async function changedControlFiles(
  now: ControlDigest,
  before: { readonly digest: string; readonly file: string },
): Promise<readonly string[]> {
  if (sha256Hex(canonicalJson(now)) === before.digest) return [];
  const text = await readFile(before.file, 'utf8').catch(() => '');
  if (sha256Hex(text) !== before.digest) return ['.git (which file is not known any more)'];
  const old = new Map(Object.entries(JSON.parse(text) as Record<string, string>));
  const names = new Set([...old.keys(), ...Object.keys(now)]);
  return [...names].filter((name) => old.get(name) !== now[name]).map((name) => `.git/${name}`);
}
