import { formatPointer } from '../../protocol/attempt-pointer.ts';
import type { LedgerEvent } from '../../protocol/events.ts';

/** Everything that is looked at after a run, whether its daemon was killed on the way or not. */
export interface RunFacts {
  /** Every event that a daemon of this run said was durable. */
  readonly acknowledged: readonly LedgerEvent[];
  /** The whole ledger, in order. */
  readonly events: readonly LedgerEvent[];
  /** The attempts that had their effect, as the worker noted them outside of the ledger. */
  readonly effects: readonly string[];
  /** Branches of the repository beside the one it was made with. */
  readonly branches: readonly string[];
  /** Commits that no run of Reeve began with. */
  readonly commits: number;
  readonly chain: {
    readonly verdict: string;
    readonly isIntact: boolean;
    readonly details: readonly string[];
  };
  /** Processes that live and carry the mark of one of the attempts. */
  readonly orphans: readonly number[];
  /** Worktrees that git or the state folder still knows, beside the user's own. */
  readonly worktrees: readonly string[];
  /** What the user's checkout shows as changed; nothing may be. */
  readonly touched: readonly string[];
}

/** What a promise is about; one finding breaks it. */
export type Promised =
  | 'kill'
  | 'restart'
  | 'outcome'
  | 'retries'
  | 'effects'
  | 'commit'
  | 'durability'
  | 'chain'
  | 'orphans'
  | 'worktrees'
  | 'checkout';

/** One promise that was not kept. */
export interface Finding {
  readonly promise: Promised;
  readonly detail: string;
}

/**
 * Judges a run against one that nobody disturbed.
 *
 * Attempts are intents: each is recorded before anything is done for it. Its effect may be missing only where the
 * ledger says that it was interrupted, and nothing may have happened twice or without being recorded.
 */
export function judgeRound(undisturbed: RunFacts, run: RunFacts): readonly Finding[] {
  return [
    ...judgeOutcome(run),
    ...judgeRetries(undisturbed, run),
    ...judgeEffects(run),
    ...judgeCommit(run),
    ...judgeDurability(run),
    ...(run.chain.isIntact
      ? []
      : finding('chain', [`it is ${run.chain.verdict}`, ...run.chain.details].join(': '))),
    ...run.orphans.flatMap((pid) => finding('orphans', `process ${pid} is still there`)),
    ...run.worktrees.flatMap((path) => finding('worktrees', `${path} is still there`)),
    ...run.touched.flatMap((line) => finding('checkout', `the user's checkout shows ${line}`)),
  ];
}

/** How often an attempt had its effect, by what became of it. */
export function countEffects(run: Pick<RunFacts, 'events' | 'effects'>): {
  readonly recorded: number;
  readonly interrupted: number;
} {
  const recorded = idsOf(run, 'attempt.recorded');
  const count = run.effects.filter((attemptId) => recorded.includes(attemptId)).length;
  return { recorded: count, interrupted: run.effects.length - count };
}

function judgeOutcome({ events }: RunFacts): readonly Finding[] {
  const closed = named(events, 'task.closed').map(({ data }) => data.final_status);
  if (closed.join() === 'accepted') return [];
  return finding('outcome', `the task was closed ${closed.length} times: ${closed.join(', ') || 'never'}`);
}

/** A crash that consumed a retry shows as another sequence of recorded attempts. */
function judgeRetries(undisturbed: RunFacts, run: RunFacts): readonly Finding[] {
  const [wanted, found] = [undisturbed, run].map(({ events }) =>
    named(events, 'attempt.recorded')
      .map(({ data }) => `${formatPointer(data)} ${data.result}`)
      .join(', '),
  );
  return wanted === found ? [] : finding('retries', `recorded were ${found}, undisturbed ${wanted}`);
}

function judgeEffects(run: RunFacts): readonly Finding[] {
  const [started, recorded, interrupted] = (
    ['attempt.started', 'attempt.recorded', 'attempt.interrupted'] as const
  ).map((type) => idsOf(run, type));
  const ids = [...new Set([...(started ?? []), ...run.effects])];
  return ids.flatMap((attemptId) => {
    const count = run.effects.filter((noted) => noted === attemptId).length;
    const detail = `attempt ${attemptId} had its effect ${count} times`;
    if (started?.includes(attemptId) !== true) return finding('effects', `${detail} and was never ordered`);
    if (recorded?.includes(attemptId) === true) return count === 1 ? [] : finding('effects', detail);
    if (interrupted?.includes(attemptId) !== true) return finding('effects', `${detail} and was forgotten`);
    return count <= 1 ? [] : finding('effects', `${detail} before it was interrupted`);
  });
}

function judgeCommit({ events, branches, commits }: RunFacts): readonly Finding[] {
  const promised = named(events, 'work.committed').map(({ data }) => data.branch);
  if (promised.length === 1 && commits === 1 && promised.join() === branches.join()) return [];
  const there = `${commits} commits on ${branches.join(', ') || 'no branch'}`;
  return finding('commit', `there are ${there}; the ledger tells of ${promised.join(', ') || 'none'}`);
}

function judgeDurability({ acknowledged, events }: RunFacts): readonly Finding[] {
  const hashes = new Set(events.map(({ event_hash }) => event_hash));
  return acknowledged
    .filter(({ event_hash }) => !hashes.has(event_hash))
    .flatMap(({ type, seq }) => finding('durability', `${type} (seq ${seq}) was acknowledged and is gone`));
}

type Named<T extends LedgerEvent['type']> = Extract<LedgerEvent, { readonly type: T }>;

function named<T extends LedgerEvent['type']>(events: readonly LedgerEvent[], type: T): readonly Named<T>[] {
  return events.filter((event): event is Named<T> => event.type === type);
}

function idsOf(
  { events }: Pick<RunFacts, 'events'>,
  type: 'attempt.started' | 'attempt.recorded' | 'attempt.interrupted',
): readonly string[] {
  return named(events, type).map(({ data }) => data.attempt_id);
}

function finding(promise: Promised, detail: string): readonly Finding[] {
  return [{ promise, detail }];
}
