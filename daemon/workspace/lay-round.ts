import { lstat, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import { isId } from '../../protocol/ids.ts';

/**
 * Lays down the evidence folder of one round inside a worktree; returns its absolute path.
 *
 * `.artifacts/agent_runs/<run_id>/steps/<step_id>/rounds/R<k>/outputs`. A `.gitignore` in the run's own folder
 * hides that folder, itself included, and nothing else: evidence is never staged, and what a worker puts anywhere
 * else under `.artifacts` is still measured. Idempotent: called again after the worker, it restores what a
 * `git clean -fdx` removed.
 *
 * @throws ReeveError CONFLICT when the repository or the worker put something else in the way
 */
export async function layRound(
  worktreePath: string,
  round: { readonly runId: string; readonly stepId: string; readonly round: number },
): Promise<string> {
  const { runId, stepId, round: number } = round;
  if (!isId(runId) || !isId(stepId) || !Number.isSafeInteger(number) || number < 0) {
    throw new ReeveError('BUG', `Not a round: ${JSON.stringify(round)}`);
  }
  const parts = ['.artifacts', 'agent_runs', runId, 'steps', stepId, 'rounds', `R${number}`];
  if (await isLaid(worktreePath, parts)) return join(worktreePath, ...parts);
  const runFolder = await descend(worktreePath, ['.artifacts', 'agent_runs', runId]);
  await ignoreItself(runFolder);
  const roundFolder = await descend(runFolder, ['steps', stepId, 'rounds', `R${number}`]);
  await descend(roundFolder, ['outputs']);
  return roundFolder;
}

/** Tells whether all of it is there already, and no part of it a link: two looks instead of one at every folder. */
async function isLaid(worktreePath: string, parts: readonly string[]): Promise<boolean> {
  const outputs = join(worktreePath, ...parts, 'outputs');
  try {
    const [top, real] = await Promise.all([realpath(worktreePath), realpath(outputs)]);
    const isHidden =
      (await readFile(join(worktreePath, ...parts.slice(0, 3), '.gitignore'), 'utf8')) === IGNORE_ALL;
    return isHidden && real === join(top, ...parts, 'outputs');
  } catch {
    return false;
  }
}

/** Makes one folder below another; each must be a folder itself. */
async function descend(from: string, names: readonly string[]): Promise<string> {
  let folder = from;
  for (const name of names) {
    folder = join(folder, name);
    await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw cannotLay(folder, error);
    });
    // Threat: a link here would make Reeve write its evidence outside the worktree.
    if (!(await lstat(folder)).isDirectory()) throw inTheWay(folder);
  }
  return folder;
}

const IGNORE_ALL = '*\n';

async function ignoreItself(runFolder: string): Promise<void> {
  const file = join(runFolder, '.gitignore');
  const found = await lstat(file).catch(() => undefined);
  if (found !== undefined && !found.isFile()) throw inTheWay(file);
  if (found !== undefined && (await readFile(file, 'utf8')) === IGNORE_ALL) return;
  await writeFile(file, IGNORE_ALL);
}

function inTheWay(path: string): ReeveError {
  return new ReeveError('CONFLICT', `${path} is in the way: the evidence of an attempt belongs there.`, {
    hint: 'Each of .artifacts/agent_runs/<run>/… must be a real folder in the worktree, not a link or a file.',
  });
}

function cannotLay(path: string, cause: unknown): ReeveError {
  return new ReeveError('IO_FAILED', `The evidence folder ${path} cannot be made.`, {
    hint: 'Check the permissions and the free space of the state folder.',
    cause,
  });
}
