import type { LedgerEvent } from '../../protocol/events.ts';
import type {
  AttemptRecordedData,
  PackAcceptedData,
  ReworkRequestedData,
} from '../../protocol/generated/types.ts';

/** One attempt as its log tells it, in the order of dispatch. */
export interface AttemptHistory {
  readonly stepId: string;
  readonly runId: string;
  readonly attemptId: string;
  readonly r: number;
  readonly s: number;
  readonly worker: string | null;
  /** RFC 3339. */
  readonly started: string;
  readonly packSha256: string | null;
  readonly interrupted: string | null;
  readonly recorded: AttemptRecordedData | null;
  /** Compiled from this attempt, or handed in to answer it. */
  readonly rework: ReworkRequestedData | null;
}

/** What a projection needs of a task beyond its state: its attempts and packs, told in order. */
export interface TaskHistory {
  readonly attempts: readonly AttemptHistory[];
  readonly packs: readonly (PackAcceptedData & { readonly runId: string; readonly stepId: string })[];
  readonly events: number;
  readonly headHash: string;
  readonly updated: string;
}

/** A history of nothing. */
export const EMPTY_HISTORY: TaskHistory = { attempts: [], packs: [], events: 0, headHash: '', updated: '' };

/** Folds one event into the history; total, as every fold over the ledger. */
export function recordHistory(history: TaskHistory, event: LedgerEvent): TaskHistory {
  const next = { ...history, events: event.seq, headHash: event.event_hash, updated: event.time };
  const stepId = event.step_id ?? '';
  const runId = event.run_id ?? '';
  switch (event.type) {
    case 'pack.accepted':
      return { ...next, packs: [...history.packs, { ...event.data, runId, stepId }] };
    case 'attempt.started': {
      const { attempt_id: attemptId, r, s, worker, pack_sha256: packSha256 } = event.data;
      const started = { ...UNKNOWN, stepId, runId, attemptId, r, s, worker, packSha256, started: event.time };
      return { ...next, attempts: [...history.attempts, started] };
    }
    case 'attempt.interrupted':
      return { ...next, attempts: amend(history, event.data.attempt_id, { interrupted: event.data.detail }) };
    case 'attempt.recorded': {
      const known = history.attempts.some(({ attemptId }) => attemptId === event.data.attempt_id);
      const attempts = known ? history.attempts : [...history.attempts, reported(event, stepId, runId)];
      return { ...next, attempts: amend({ attempts }, event.data.attempt_id, { recorded: event.data }) };
    }
    case 'rework.requested':
      return {
        ...next,
        attempts: amend(history, event.data.source_attempt.attempt_id, { rework: event.data }),
      };
    default:
      return next;
  }
}

const UNKNOWN = { worker: null, packSha256: null, interrupted: null, recorded: null, rework: null } as const;

/** An attempt that an outside tool reported: it was never started here. */
function reported(
  event: Extract<LedgerEvent, { type: 'attempt.recorded' }>,
  stepId: string,
  runId: string,
): AttemptHistory {
  const { attempt_id: attemptId, r, s } = event.data;
  return { ...UNKNOWN, stepId, runId, attemptId, r, s, started: event.time };
}

function amend(
  history: Pick<TaskHistory, 'attempts'>,
  attemptId: string,
  change: Partial<AttemptHistory>,
): readonly AttemptHistory[] {
  return history.attempts.map((attempt) =>
    attempt.attemptId === attemptId ? { ...attempt, ...change } : attempt,
  );
}
