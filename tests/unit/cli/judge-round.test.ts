import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countEffects, judgeRound, type RunFacts } from '../../../cli/prove/judge-round.ts';
import type { LedgerEvent } from '../../../protocol/events.ts';

/** As much of an event as judging looks at. */
function event(type: LedgerEvent['type'], data: Readonly<Record<string, unknown>>): LedgerEvent {
  const event_hash = `${type} ${JSON.stringify(data)}`;
  return { type, data, seq: 1, event_hash } as unknown as LedgerEvent;
}

const FAILED = event('attempt.recorded', { attempt_id: 'A0', r: 0, s: 0, result: 'FAIL' });
const PASSED = event('attempt.recorded', { attempt_id: 'A1', r: 1, s: 0, result: 'PASS' });
const COMMITTED = event('work.committed', { branch: 'reeve/T/run' });
const CLOSED = event('task.closed', { final_status: 'accepted' });
const started = (attemptId: string): LedgerEvent => event('attempt.started', { attempt_id: attemptId });
const EVENTS = [started('A0'), FAILED, started('A1'), PASSED, COMMITTED, CLOSED];

const WELL: RunFacts = {
  acknowledged: EVENTS,
  events: EVENTS,
  effects: ['A0', 'A1'],
  branches: ['reeve/T/run'],
  commits: 1,
  chain: { verdict: 'UNANCHORED', isIntact: true, details: [] },
  orphans: [],
  worktrees: [],
  touched: [],
};

/** The promises that a run breaks. */
function broken(change: Partial<RunFacts>): readonly string[] {
  return judgeRound(WELL, { ...WELL, ...change }).map(({ promise }) => promise);
}

describe('judgeRound', () => {
  it('finds nothing in a run that ended as the undisturbed one did', () => {
    assert.deepEqual(judgeRound(WELL, WELL), []);
  });

  it('accepts an interrupted attempt, with its effect or without', () => {
    const interrupted = event('attempt.interrupted', { attempt_id: 'A2', r: 1, s: 0 });
    const events = [started('A2'), interrupted, ...EVENTS];
    assert.deepEqual(broken({ events }), []);
    assert.deepEqual(broken({ events, effects: ['A2', 'A0', 'A1'] }), []);
    assert.deepEqual(countEffects({ events, effects: ['A2', 'A0', 'A1'] }), { recorded: 2, interrupted: 1 });
    assert.deepEqual(broken({ events, effects: ['A2', 'A2', 'A0', 'A1'] }), ['effects']);
  });

  it('finds an effect that happened twice, never, without an order, or for an attempt nobody ended', () => {
    assert.deepEqual(broken({ effects: ['A0', 'A1', 'A1'] }), ['effects']);
    assert.deepEqual(broken({ effects: ['A0'] }), ['effects']);
    assert.deepEqual(broken({ effects: ['A0', 'A1', 'A9'] }), ['effects']);
    assert.deepEqual(broken({ events: [started('A2'), ...EVENTS] }), ['effects']);
  });

  it('finds a retry that the crash consumed', () => {
    const again = event('attempt.recorded', { attempt_id: 'A2', r: 1, s: 1, result: 'PASS' });
    const events = [...EVENTS, started('A2'), again];
    assert.deepEqual(broken({ events, effects: ['A0', 'A1', 'A2'] }), ['retries']);
  });

  it('finds a task that was closed twice, otherwise, or never', () => {
    assert.deepEqual(broken({ events: [...EVENTS, CLOSED] }), ['outcome']);
    const rejected = event('task.closed', { final_status: 'rejected' });
    assert.deepEqual(broken({ events: [...EVENTS.slice(0, -1), rejected], acknowledged: [] }), ['outcome']);
    assert.deepEqual(broken({ events: EVENTS.slice(0, -1), acknowledged: [] }), ['outcome']);
  });

  it('finds a second commit, a missing one, and a branch that the ledger does not know', () => {
    assert.deepEqual(broken({ commits: 2 }), ['commit']);
    assert.deepEqual(broken({ commits: 0, branches: [] }), ['commit']);
    assert.deepEqual(broken({ branches: ['reeve/T/run', 'reeve/T/run-2'] }), ['commit']);
    assert.deepEqual(broken({ events: [...EVENTS, COMMITTED] }), ['commit']);
  });

  it('finds an event that was acknowledged and is gone', () => {
    const lost = event('rework.requested', {});
    assert.deepEqual(broken({ acknowledged: [...EVENTS, lost] }), ['durability']);
  });

  it('finds a broken chain, a process, a worktree and a change to the checkout that were left behind', () => {
    const chain = { verdict: 'TAMPERED', isIntact: false, details: ['line 3'] };
    assert.deepEqual(broken({ chain }), ['chain']);
    assert.deepEqual(broken({ orphans: [7, 8] }), ['orphans', 'orphans']);
    assert.deepEqual(broken({ worktrees: ['/w'] }), ['worktrees']);
    assert.deepEqual(broken({ touched: ['?? a.txt'] }), ['checkout']);
  });
});
