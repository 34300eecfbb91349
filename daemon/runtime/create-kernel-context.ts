import { randomBytes } from 'node:crypto';
import { buildEnvironment } from '../workers/build-environment.ts';
import { createWorkerRunner } from '../workers/create-worker-runner.ts';
import { endOrphans } from '../workers/end-orphans.ts';
import { resolveCommand } from '../workers/resolve-executable.ts';
import { runCommand } from '../workers/run-command.ts';
import { createWorkspace } from '../workspace/create-workspace.ts';
import type { RunGitProcess } from '../workspace/git-process.ts';
import type { KernelContext, Phase } from './kernel-context.ts';

/** Joins the adapters with the configuration: what every executor of one kernel is given. */
export function createKernelContext(
  options: Pick<KernelContext, 'config' | 'clock' | 'log'> & {
    readonly hostEnv: Readonly<Record<string, string | undefined>>;
  },
  signal: AbortSignal,
  phases: Map<string, Phase>,
  runGit: RunGitProcess,
): KernelContext {
  const { config, clock, log, hostEnv } = options;
  const { interpreters } = config;
  return {
    config,
    clock,
    log,
    signal,
    workspace: createWorkspace({ hostEnv, run: runGit }),
    workers: createWorkerRunner({ hostEnv, clock }),
    commands: {
      run: (request) => runCommand({ ...request, hostEnv, interpreters }),
      resolve: async (program, cwd) => {
        const env = buildEnvironment(hostEnv, { allow: [], set: {} });
        return (await resolveCommand([program], { env, cwd, interpreters }))?.executable.realPath ?? null;
      },
    },
    orphans: { end: (attemptId, spawned) => endOrphans({ attemptId, spawned }) },
    random: (digits) =>
      randomBytes(Math.ceil(digits / 2))
        .toString('hex')
        .slice(0, digits),
    background: new Set(),
    phases,
  };
}
