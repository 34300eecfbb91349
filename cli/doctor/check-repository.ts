import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { Config } from '../../daemon/config/config.ts';
import type { RepositoryFacts } from '../../daemon/ports/workspace.ts';
import { createGit } from '../../daemon/workspace/git.ts';
import { inspectRepository } from '../../daemon/workspace/inspect-repository.ts';
import { listWorktrees } from '../../daemon/workspace/worktree-registry.ts';
import type { Host } from '../host.ts';
import { formatBytes, plural, shortHash } from '../render/format.ts';
import type { DoctorFinding } from './finding.ts';
import { fail, ok, warn } from './finding.ts';

const LITTLE_SPACE = 1024 ** 3;
const NO_SPACE = 100 * 1024 ** 2;

/** Checks the repository and the disk that Reeve works on. */
export async function checkRepository(config: Config, host: Host): Promise<readonly DoctorFinding[]> {
  return [
    ...(await checkGitState(config, host)),
    await checkWritable(config.paths.root),
    await checkSpace(config.paths.root),
  ];
}

async function checkGitState(config: Config, host: Host): Promise<readonly DoctorFinding[]> {
  try {
    const facts = await inspectRepository(createGit({ hostEnv: { ...host.env } }), config.repository);
    const found = ok('repository', `${facts.root} at ${shortHash(facts.headCommit)}`);
    return [found, ...(await checkWorktrees(config, facts))];
  } catch (error) {
    if (!(error instanceof ReeveError)) throw error;
    return [fail('repository', error.message, error.hint ?? 'Work needs a git repository with a commit.')];
  }
}

async function checkWritable(root: string): Promise<DoctorFinding> {
  const folder = await nearestExisting(root);
  try {
    await access(folder, constants.W_OK);
    return ok('data root', `${root} can be written`);
  } catch {
    return fail(
      'data root',
      `${folder} cannot be written`,
      'Change its permissions, or set data_root elsewhere.',
    );
  }
}

async function checkSpace(root: string): Promise<DoctorFinding> {
  const { bavail, bsize } = await statfs(await nearestExisting(root));
  const free = bavail * bsize;
  const evidence = `${formatBytes(free)} free`;
  if (free < NO_SPACE)
    return fail('disk', evidence, 'Free some space; Reeve stops when it cannot write its ledger.');
  if (free < LITTLE_SPACE) return warn('disk', evidence, 'Free some space; every attempt needs a worktree.');
  return ok('disk', evidence);
}

/** Worktrees stay only while an attempt runs, or after a crash until the next start. */
async function checkWorktrees(
  config: Config,
  { gitDir }: RepositoryFacts,
): Promise<readonly DoctorFinding[]> {
  const folder = join(config.paths.state, 'worktrees');
  const ours = (await listWorktrees(gitDir)).filter(({ path }) => path.startsWith(`${folder}${sep}`));
  if (ours.length === 0) return [];
  const fix = 'Unless work runs now they are left from a crash; reeve start accounts for them.';
  return [warn('worktrees', `${plural(ours.length, 'worktree')} in ${folder}`, fix)];
}

async function nearestExisting(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => null);
    if (found !== null || dirname(folder) === folder) return folder;
  }
}
