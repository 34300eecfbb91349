import { lstat, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { RoundFile } from '../domain/review/evidence.ts';

/** A round folder with more entries than this is not listed further: threat, a worker that fills it without end. */
const MAX_FILES = 10_000;

/** Lists what lies in a round folder, as evidence sees it: links, pipes and devices are named, never followed. */
export async function listRound(worktree: string, roundDir: string): Promise<readonly RoundFile[]> {
  const realRound = await realpath(roundDir);
  const files: RoundFile[] = [];
  const folders = [roundDir];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (files.length < MAX_FILES) files.push(await describe(worktree, realRound, path));
    }
  }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

async function describe(worktree: string, realRound: string, path: string): Promise<RoundFile> {
  const stats = await lstat(path);
  const isInside = stats.isFile() && (await realpath(path)).startsWith(realRound + sep);
  return {
    path: path.slice(worktree.length + 1).replaceAll(sep, '/'),
    bytes: stats.size,
    isRegularInside: isInside,
  };
}
