import { ReeveError } from '../../protocol/errors.ts';
import type { Finding } from '../../protocol/generated/types.ts';
import type { StepState } from '../domain/task-state.ts';
import type { WorkerProfile } from '../ports/worker.ts';
import type { RepositoryFacts } from '../ports/workspace.ts';
import { readScenario } from '../workers/scripted/read-scenario.ts';
import type { Order } from './attempt.ts';
import type { KernelContext } from './kernel-context.ts';

/** What an attempt needs before it can start, or what a person must see to first. */
export type Readiness =
  | { readonly ok: true; readonly worker: WorkerProfile; readonly repository: RepositoryFacts }
  | { readonly ok: false; readonly detail: string };

/** Looks for what no worker can make up for, before an attempt is spent: a worker, and a repository with a commit. */
export async function makeReady(context: KernelContext, step: StepState, order: Order): Promise<Readiness> {
  const worker = chooseWorker(context, step, order);
  if (worker === null) return { ok: false, detail: unknownWorker(context, step, order) };
  try {
    if (worker.kind === 'scripted') await readScenario(worker.scenario);
    return { ok: true, worker, repository: await context.workspace.inspect(context.config.repository) };
  } catch (error) {
    if (!(error instanceof ReeveError) || !NEEDS_PERSON.has(error.code)) throw error;
    return { ok: false, detail: `${error.message} ${error.hint ?? ''}`.trim().slice(0, 900) };
  }
}

const NEEDS_PERSON: ReadonlySet<string> = new Set([
  'NOT_A_REPOSITORY',
  'REPOSITORY_EMPTY',
  'GIT_MISSING',
  'SCENARIO_INVALID',
]);

function chooseWorker(context: KernelContext, step: StepState, order: Order): WorkerProfile | null {
  const name = step.pack?.worker ?? order.pack.worker ?? context.config.defaultWorker;
  return name === null ? null : (context.config.workers.get(name) ?? null);
}

function unknownWorker(context: KernelContext, step: StepState, order: Order): string {
  const name = step.pack?.worker ?? order.pack.worker ?? context.config.defaultWorker;
  const known = [...context.config.workers.keys()];
  const choice = known.length === 0 ? 'none is configured' : `configured are ${known.join(', ')}`;
  return name === null
    ? `no worker is chosen (${choice}); name one in the pack, or set default_worker in reeve.yaml`
    : `worker ${name} is not configured (${choice}); add it to reeve.yaml, then retry`;
}

/** Looks for the programs of the worker and of the required commands before a worker is paid for. */
export async function checkPrograms(
  context: KernelContext,
  order: Order,
  worker: WorkerProfile,
  worktree: string,
): Promise<readonly Finding[]> {
  const absentOf = async (names: readonly string[]) => {
    const found = await Promise.all(names.map((name) => context.commands.resolve(name, worktree)));
    return names.filter((_, index) => found[index] === null);
  };
  const own = await absentOf(worker.kind === 'command' ? worker.command.slice(0, 1) : []);
  // A required command given by a path may still be the worker's to make.
  const names = order.commandLines.map((argv) => argv[0] ?? '').filter((name) => !/[\\/]/.test(name));
  const others = await absentOf([...new Set(names)]);
  const install = 'install it, or map it to another program under interpreters in reeve.yaml';
  return [
    ...own.map((name) => notFound(name, `install it, or correct worker ${worker.name} in reeve.yaml`)),
    ...(others.length === 0 ? [] : [notFound(others.join(', '), install)]),
  ];
}

function notFound(what: string, remedy: string): Finding {
  return {
    code: 'COMMAND_NOT_FOUND',
    detail: `not on this machine: ${what}; ${remedy}, then retry`,
    paths: [],
  };
}
