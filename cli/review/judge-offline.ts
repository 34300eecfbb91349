import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseCommandLine } from '../../protocol/command-line.ts';
import type { AttemptRef, ProcessEnd, ReviewRecord } from '../../protocol/generated/types.ts';
import { parseStepResult } from '../../protocol/step-result.ts';
import { effectiveLimits } from '../../daemon/domain/effective-limits.ts';
import { reviewAttempt } from '../../daemon/domain/review/review-attempt.ts';
import type { RepositoryFacts, Workspace, Worktree } from '../../daemon/ports/workspace.ts';
import { gatherEvidence } from '../../daemon/review/gather-evidence.ts';
import { ignoreItself } from '../../daemon/runtime/ignore-itself.ts';
import { buildEnvironment } from '../../daemon/workers/build-environment.ts';
import { resolveCommand } from '../../daemon/workers/resolve-executable.ts';
import { runCommand } from '../../daemon/workers/run-command.ts';
import { createWorkspace } from '../../daemon/workspace/create-workspace.ts';
import { createGit } from '../../daemon/workspace/git.ts';
import type { Context } from '../context.ts';
import { layEvidence } from './lay-evidence.ts';
import type { ReviewRequest } from './review-request.ts';
import { resolveRange } from './work-tree.ts';
import type { WorkRange } from './work-tree.ts';

/**
 * Judges finished work as the controller does: measured by git, its commands re-run in a worktree of their own, which
 * is removed afterwards. Nothing is recorded.
 */
export async function judgeOffline(context: Context, request: ReviewRequest): Promise<ReviewRecord> {
  const config = await context.config();
  await ignoreItself(config.paths.state);
  const hostEnv = { ...context.host.env };
  const workspace = createWorkspace({ hostEnv });
  const repository = await workspace.inspect(config.repository);
  const range = await resolveRange(createGit({ hostEnv }), repository, {
    base: request.base,
    head: request.head,
    stateFolder: config.paths.state,
    evidence: `.artifacts/agent_runs/${request.pack.run_id}`,
  });
  const path = join(config.paths.state, 'worktrees', `review-${randomBytes(6).toString('hex')}`);
  try {
    const worktree = await workspace.prepare({
      repository,
      path,
      baseCommit: range.baseCommit,
      startTree: range.tree,
    });
    return await judge(context, request, { workspace, repository, worktree, range });
  } finally {
    await workspace.remove({ repository, path });
  }
}

/** A worker that is long gone: all that is judged is what it left. */
const GONE: ProcessEnd = {
  exit_code: 0,
  signal: null,
  cause: 'exited',
  duration_ms: 0,
  peak_memory_bytes: 0,
  survivors: [],
};

async function judge(
  context: Context,
  request: ReviewRequest,
  place: {
    readonly workspace: Workspace;
    readonly repository: RepositoryFacts;
    readonly worktree: Worktree;
    readonly range: WorkRange;
  },
): Promise<ReviewRecord> {
  const { host } = context;
  const config = await context.config();
  const { pack, report } = request;
  const { workspace, worktree, range } = place;
  const roundDir = await layEvidence(worktree.path, pack, report);
  const commandLines = pack.commands.required.flatMap((line) => {
    const parsed = parseCommandLine(line);
    return parsed.ok ? [parsed.value] : [];
  });
  const { interpreters } = config;
  const attempt = toAttempt(report.bytes);
  const gathered = await gatherEvidence({
    ...{ pack, commandLines, attempt, worktree, roundDir, round: 0, worker: GONE, preflight: [] },
    limits: effectiveLimits(pack, config.limits),
    signal: host.signal,
    runner: {
      run: (command) => runCommand({ ...command, hostEnv: host.env, interpreters }),
      resolve: async (program, cwd) => {
        const env = buildEnvironment(host.env, { allow: [], set: {} });
        return (await resolveCommand([program], { env, cwd, interpreters }))?.executable.realPath ?? null;
      },
    },
    measurement: await workspace.measure(worktree),
    treeNow: (which, before) => workspace.treeNow(which, before),
    controlChanges: async () => [],
    onCommand: ({ command, exit_code }) => {
      if (context.verbose) context.note(context.paint.safe(`exit ${exit_code ?? '?'}: ${command}`));
    },
  });
  host.signal.throwIfAborted();
  const review = reviewAttempt(pack, gathered.evidence, commandLines);
  return {
    review_version: '1.0',
    ...{ task_id: pack.task_id, run_id: pack.run_id, step_id: pack.step_id, attempt },
    ...{ verdict: review.verdict, reason_code: review.reasonCode, reason_detail: review.detail },
    ...{ criteria: review.criteria, gates: review.gates, findings: review.findings },
    commands: gathered.evidence.commands,
    files_changed: gathered.evidence.changes,
    base_commit: range.baseCommit,
    tree: gathered.tree,
    tree_after_commands: gathered.treeAfterCommands,
    worker: null,
    artifacts: [],
  };
}

/** The attempt the report names; its place among others is not known offline. */
function toAttempt(report: Uint8Array): AttemptRef {
  const parsed = parseStepResult(report);
  const id = parsed.ok ? parsed.value.attempt_id : null;
  return { attempt_id: id ?? 'A_offline', r: 0, s: 0 };
}
