import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { verifyProject } from '../../daemon/ledger/verify-project.ts';
import { createQueries } from '../../daemon/runtime/queries.ts';
import { findOrphans } from '../../daemon/workers/end-orphans.ts';
import type { LedgerEvent } from '../../protocol/events.ts';
import { EXIT } from '../exit-codes.ts';
import { verdictExit } from '../verify/verdict-exit.ts';
import { PROJECT_ID, type Arena } from './arena.ts';
import type { RunFacts } from './judge-round.ts';

/** Looks at everything a run left behind: the ledger by its files, the effects by what is outside of the ledger. */
export async function observeArena(arena: Arena, acknowledged: readonly LedgerEvent[]): Promise<RunFacts> {
  const { repository, git } = arena;
  const workflow = join(repository, 'workflow');
  const events: LedgerEvent[] = [];
  for await (const event of createQueries({ workflow }).allEvents({ after: null })) events.push(event);
  const branches = lines(await git('for-each-ref', '--format=%(refname:short)', 'refs/heads')).filter(
    (name) => name !== 'main',
  );
  const attemptIds = events.flatMap((event) =>
    event.type === 'attempt.started' ? [event.data.attempt_id] : [],
  );
  return {
    acknowledged,
    events,
    effects: await arena.effects(),
    branches,
    commits: Number(await git('rev-list', '--count', '--branches', '--not', 'main')),
    chain: await verifyChain(join(workflow, PROJECT_ID)),
    orphans: await listOrphans(attemptIds),
    worktrees: await listWorktrees(arena),
    touched: [
      ...lines(await git('status', '--porcelain', '--untracked-files=all')),
      ...lines(await git('log', '--format=commit %h on main', '--skip=1', 'main')),
    ],
  };
}

async function verifyChain(folder: string): Promise<RunFacts['chain']> {
  // Two small logs: threads would cost more than they save.
  const report = await verifyProject(folder, { threads: 1 });
  return {
    verdict: report.verdict,
    isIntact: verdictExit(report, false) === EXIT.ok,
    details: report.faults.map((fault) => JSON.stringify(fault)),
  };
}

async function listOrphans(attemptIds: readonly string[]): Promise<readonly number[]> {
  const found = await Promise.all(attemptIds.map((attemptId) => findOrphans({ attemptId, spawned: null })));
  return found.flat().map(({ pid }) => pid);
}

/** Those that git knows, and folders that it does not know any more. */
async function listWorktrees({ repository, git }: Arena): Promise<readonly string[]> {
  const known = lines(await git('worktree', 'list', '--porcelain')).filter((line) =>
    line.startsWith('worktree '),
  );
  const folder = join(repository, '.reeve', 'worktrees');
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  return [
    ...known.slice(1).map((line) => line.slice('worktree '.length)),
    // One folder each for project, task and worktree.
    ...entries.filter((entry) => entry.split(sep).length === 3).map((entry) => join(folder, entry)),
  ];
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
