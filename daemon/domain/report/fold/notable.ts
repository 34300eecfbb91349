import type { LedgerEvent } from '../../../../protocol/events.ts';
import type { Actor, AttemptRecordedData, TaskClosedData } from '../../../../protocol/generated/types.ts';
import { reasonCodeInfo } from '../../../../protocol/reason-codes.ts';
import { count } from '../words/amounts.ts';
import { reasonWords } from '../words/reasons.ts';
import { shortenText } from './shorten-text.ts';

/** Something in a task that an auditor wants to see first: a refusal, a failure, or a person's decision. */
export interface Notable {
  readonly seq: number;
  readonly time: string;
  /** bad: refused or failed; warn: overridden, or not measured. */
  readonly tone: 'bad' | 'warn';
  /** What it is, in two or three words. */
  readonly label: string;
  /** In our words; may be empty. */
  readonly what: string;
  /** In the words of the log; may be empty. */
  readonly detail: string;
  /** Whether people are to be pointed to it at the top of the report; a failed attempt that was made good is not. */
  readonly isGrave: boolean;
}

/** How an attempt was judged. */
export type Verdict = AttemptRecordedData['result'];

/**
 * Tells what is notable about an event of a task log; null for what goes as it should.
 *
 * @param verdict of the task's latest attempt before this event; null when it had none
 */
export function notableOf(event: LedgerEvent, verdict: Verdict | null): Notable | null {
  const found = findNotable(event, verdict);
  if (found === null) return null;
  return { seq: event.seq, time: event.time, ...found, detail: shortenText(found.detail, MAX_DETAIL) };
}

const MAX_DETAIL = 400;

type Found = Omit<Notable, 'seq' | 'time'>;

function findNotable(event: LedgerEvent, verdict: Verdict | null): Found | null {
  switch (event.type) {
    case 'attempt.recorded':
      return ofOutcome(event.data);
    case 'attempt.interrupted': {
      const survivors = event.data.orphans.filter(({ outcome }) => outcome === 'survived').length;
      const alive = survivors === 0 ? '' : `; ${processes(survivors)} could not be ended`;
      const what = `${pointer(event.data)}, because Reeve itself went away${alive}`;
      return { ...warn('Attempt interrupted', what, event.data.detail), isGrave: survivors > 0 };
    }
    case 'worker.exited':
      return ofEnding(event.data.end.survivors.length, event.data.unmeasured);
    case 'rework.requested':
      if (event.data.source === 'controller') return null;
      return warn(
        'Rework by hand',
        `a person said what is to be done better, as revision ${event.data.target_revision}`,
        '',
      );
    case 'step.reset':
      return warn('Fresh tries', 'a person allowed the step to be tried afresh', event.data.reason);
    case 'task.escalated':
      return bad('Handed to a person', reasonWords(event.data.reason_code), event.data.detail);
    case 'task.closed':
      return ofClose(event.actor, event.data, verdict);
    default:
      return null;
  }
}

function ofOutcome(data: AttemptRecordedData): Found | null {
  const at = pointer(data);
  if (data.result === 'FAIL') {
    const isGrave = ['violation', 'governance'].includes(reasonCodeInfo(data.reason_code).class);
    const what = `${at}: ${reasonWords(data.reason_code)}`;
    return { ...bad('Attempt failed', what, data.reason_detail), isGrave };
  }
  if (data.recorded_by === 'controller') return null;
  return warn(
    'Not measured',
    `${at} was reported as passed by an outside tool; Reeve did not measure it`,
    '',
  );
}

function ofEnding(survivors: number, unmeasured: readonly string[]): Found | null {
  if (survivors > 0)
    return bad('Still running', `${processes(survivors)} of the worker could not be ended`, '');
  if (unmeasured.length === 0) return null;
  return warn('Not measured', 'part of what the worker left could not be measured', unmeasured.join('; '));
}

function ofClose(
  { kind }: Actor,
  { final_status, detail }: TaskClosedData,
  verdict: Verdict | null,
): Found | null {
  const isAgainst = verdict !== null && (final_status === 'accepted') !== (verdict === 'PASS');
  const closed = `closed as ${final_status} by ${WHO[kind]}`;
  if (isAgainst && kind !== 'daemon') {
    const ended = verdict === 'PASS' ? 'had passed' : 'had failed';
    return bad('Verdict overruled', `${closed}, although the latest attempt ${ended}`, detail);
  }
  if (kind !== 'daemon') return warn('Closed by hand', closed, detail);
  if (isAgainst || final_status !== 'accepted') return bad(CLOSED[final_status], closed, detail);
  return null;
}

const WHO = { daemon: 'Reeve', person: 'a person', tool: 'an outside tool' } as const;

const CLOSED = {
  accepted: 'Accepted against the verdict',
  rejected: 'Rejected',
  abandoned: 'Abandoned',
} as const;

function bad(label: string, what: string, detail: string): Found {
  return { tone: 'bad', label, what, detail, isGrave: true };
}

function warn(label: string, what: string, detail: string): Found {
  return { tone: 'warn', label, what, detail, isGrave: true };
}

function processes(number: number): string {
  return count(number, 'process', 'processes');
}

function pointer({ r, s }: { readonly r: number; readonly s: number }): string {
  return `R${r}/S${s}`;
}
