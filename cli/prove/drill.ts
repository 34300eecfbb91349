import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { LedgerEvent } from '../../protocol/events.ts';
import type { Host } from '../host.ts';
import { createArena } from './arena.ts';
import type { Arena } from './arena.ts';
import { chooseRounds, createBoundaryWatch, listBoundaries, nameBoundary } from './boundaries.ts';
import type { Boundary } from './boundaries.ts';
import { countEffects, judgeRound } from './judge-round.ts';
import type { Finding, RunFacts } from './judge-round.ts';
import { observeArena } from './observe-arena.ts';
import { runDaemon } from './run-daemon.ts';
import type { DaemonRun } from './run-daemon.ts';

/** What one kill and the restart after it showed. */
export interface Round {
  /** `attempt.started 2`: the event right after which the daemon died. */
  readonly boundary: string;
  /** That event in its log; null when the run never came to it. */
  readonly killed_at: { readonly log: string; readonly seq: number } | null;
  /** Milliseconds from the second start until the daemon took up work again; null when it did not. */
  readonly restarted_ms: number | null;
  /** Effects of attempts that count, and of attempts that the crash cut short. */
  readonly effects: { readonly recorded: number; readonly interrupted: number };
  /** Events that a daemon said were durable. */
  readonly acknowledged: number;
  /** In one word: `intact`, or the verdict of the verification. */
  readonly chain: string;
  readonly orphans: number;
  readonly findings: readonly Finding[];
  /** Absolute path of everything the round left behind. */
  readonly folder: string;
}

/** How far a drill has come. */
export interface DrillProgress {
  readonly total: number;
  readonly done: number;
  /** Boundaries being drilled now. */
  readonly underWay: readonly string[];
  /** The round that is over, where this tells of one. */
  readonly round: Round | null;
}

/** What a drill is run with. */
export interface DrillOptions {
  readonly host: Host;
  /** An existing folder; one for each round is made in it. */
  readonly folder: string;
  /** Default: one round for every event of the run. */
  readonly rounds: number | undefined;
  readonly onProgress: (progress: DrillProgress) => void;
}

/**
 * Kills a daemon right after every event of a run, each time in a repository of its own, and judges what became of it.
 *
 * The list of events comes from a run that nobody disturbs, so it is always that of the program as it is.
 *
 * @throws ReeveError BUG when even the undisturbed run goes wrong, GIT_MISSING, GIT_FAILED; the signal's reason when it
 *   aborts, once everything that was started has ended
 */
export async function runDrill({
  host,
  folder,
  rounds,
  onProgress,
}: DrillOptions): Promise<readonly Round[]> {
  const undisturbed = await runUndisturbed(host, join(folder, 'undisturbed'));
  const chosen = chooseRounds(listBoundaries(undisturbed.events), rounds);
  const done = new Map<number, Round>();
  const underWay = new Map<number, string>();
  const tell = (round: Round | null): void => {
    onProgress({ total: chosen.length, done: done.size, underWay: [...underWay.values()], round });
  };
  const waiting = chosen.entries();
  const drillOn = async (): Promise<void> => {
    for (const [index, boundary] of waiting) {
      underWay.set(index, nameBoundary(boundary));
      tell(null);
      const round = await runRound(host, join(folder, `round-${index + 1}`), boundary, undisturbed);
      underWay.delete(index);
      done.set(index, round);
      tell(round);
    }
  };
  // Two at a time: a round waits as much as it works, and none can see the other.
  const drills = await Promise.allSettled([drillOn(), ...(availableParallelism() > 1 ? [drillOn()] : [])]);
  for (const drill of drills) if (drill.status === 'rejected') throw drill.reason;
  return [...done].toSorted(([a], [b]) => a - b).map(([, round]) => round);
}

/** What the run comes to when nothing goes wrong. */
function runUndisturbed(host: Host, folder: string): Promise<RunFacts> {
  return inArena(host, folder, async (arena, live) => {
    const life = await live(null);
    const run = await observeArena(arena, life.acknowledged);
    const findings = [...judgeEnd(life), ...judgeRound(run, run)];
    if (findings.length === 0) return run;
    const told = findings.map(({ promise, detail }) => `${promise}: ${detail}`).join('\n');
    throw new ReeveError('BUG', `Even undisturbed the drill does not end as it should.\n${told}`, {
      hint: 'Run again with --keep and look at what the run left behind; `reeve doctor` checks this machine.',
    });
  });
}

function runRound(host: Host, folder: string, boundary: Boundary, undisturbed: RunFacts): Promise<Round> {
  return inArena(host, folder, async (arena, live) => {
    const first = await live(boundary);
    const second = await live(null);
    const run = await observeArena(arena, [...first.acknowledged, ...second.acknowledged]);
    const fatal = first.acknowledged.find(createBoundaryWatch(boundary));
    return {
      boundary: nameBoundary(boundary),
      killed_at: fatal === undefined ? null : { log: fatal.task_id ?? 'project', seq: fatal.seq },
      restarted_ms: second.readyMs === null ? null : Math.round(second.readyMs),
      effects: countEffects(run),
      acknowledged: run.acknowledged.length,
      chain: run.chain.isIntact ? 'intact' : run.chain.verdict,
      orphans: run.orphans.length,
      findings: [...judgeKill(first, fatal), ...judgeEnd(second), ...judgeRound(undisturbed, run)],
      folder,
    };
  });
}

/** Gives some work an arena and daemons to run in it; none of their processes outlives the work, found or not. */
async function inArena<T>(
  host: Host,
  folder: string,
  work: (arena: Arena, live: (boundary: Boundary | null) => Promise<DaemonRun>) => Promise<T>,
): Promise<T> {
  const arena = await createArena(host, folder);
  const attemptIds: string[] = [];
  try {
    return await work(arena, async (boundary) => {
      host.signal.throwIfAborted();
      const life = await runDaemon(arena, { boundary, signal: host.signal });
      for (const { type, data } of life.acknowledged) {
        if (type === 'attempt.started') attemptIds.push(data.attempt_id);
      }
      host.signal.throwIfAborted();
      return life;
    });
  } finally {
    await arena.endProcesses(attemptIds);
  }
}

function judgeKill({ isFinished, ending }: DaemonRun, fatal: LedgerEvent | undefined): readonly Finding[] {
  if (fatal !== undefined && !isFinished) return [];
  const detail = isFinished ? 'the daemon came to its end instead' : `the daemon ended before: ${ending}`;
  return [{ promise: 'kill', detail }];
}

function judgeEnd({ isFinished, ending }: DaemonRun): readonly Finding[] {
  return isFinished ? [] : [{ promise: 'restart', detail: ending }];
}
