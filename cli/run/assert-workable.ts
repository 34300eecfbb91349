import { ReeveError } from '../../protocol/errors.ts';
import { parseStepPack } from '../../protocol/step-pack/parse-step-pack.ts';
import type { Config } from '../../daemon/config/config.ts';
import { createGit } from '../../daemon/workspace/git.ts';
import { inspectRepository } from '../../daemon/workspace/inspect-repository.ts';
import type { Context } from '../context.ts';
import type { PackFile } from '../pack-file.ts';

/**
 * Looks, before anything is recorded, whether this pack could be worked on here at all.
 *
 * A slip of the hand (a worker that does not exist, the wrong folder) should cost a message, not a task.
 *
 * @throws ReeveError WORKER_UNKNOWN, NOT_A_REPOSITORY, REPOSITORY_EMPTY, GIT_MISSING
 */
export async function assertWorkable(context: Context, config: Config, pack: PackFile): Promise<void> {
  const parsed = parseStepPack(pack.bytes);
  // What is wrong with a pack is for its submission to say; a ReworkPack goes to the worker of its step.
  if (!parsed.ok) return;
  const name = context.options.text('worker') ?? parsed.value.worker ?? config.defaultWorker;
  if (name === null || !config.workers.has(name)) throw unknownWorker(name, config);
  await inspectRepository(createGit({ hostEnv: { ...context.host.env } }), config.repository);
}

function unknownWorker(name: string | null, config: Config): ReeveError {
  const known = [...config.workers.keys()];
  const what = name === null ? 'No worker is chosen.' : `There is no worker ${name}.`;
  const hint =
    known.length === 0
      ? `None is configured${config.file === null ? ': reeve init writes a reeve.yaml to fill in' : `: add one to ${config.file}`}.`
      : `Configured are: ${known.join(', ')}. Choose one with --worker, or add it to ${config.file ?? 'reeve.yaml'}.`;
  return new ReeveError('WORKER_UNKNOWN', what, { hint });
}
