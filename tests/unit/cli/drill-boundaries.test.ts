import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import pc from 'picocolors';
import { escapeText } from '../../../cli/escape-text.ts';
import { chooseRounds, createBoundaryWatch, listBoundaries } from '../../../cli/prove/boundaries.ts';
import { drillLines, progressLine } from '../../../cli/prove/drill-lines.ts';
import type { Round } from '../../../cli/prove/drill.ts';
import type { LedgerEvent } from '../../../protocol/events.ts';

const head = (seq: number): LedgerEvent => ({ type: 'head.committed', data: { seq } }) as LedgerEvent;
const started = { type: 'attempt.started', data: {} } as LedgerEvent;
const RUN = [head(1), started, head(4), started, head(9)];

describe('boundaries of a drill', () => {
  it('are all events of a run, by type and number', () => {
    assert.deepEqual(
      listBoundaries(RUN).map(({ type, nth, covers }) => [type, nth, covers]),
      [
        ['head.committed', 1, 1],
        ['attempt.started', 1, null],
        ['head.committed', 2, 4],
        ['attempt.started', 2, null],
        ['head.committed', 3, 9],
      ],
    );
  });

  it('are recognised in another run, a head by what it covers, however many come before it', () => {
    const [, , second, fourth] = listBoundaries(RUN);
    assert.ok(second !== undefined && fourth !== undefined);
    assert.equal(RUN.findIndex(createBoundaryWatch(fourth)), 3);
    const slow = [head(1), started, head(2), head(3), head(5), started];
    assert.equal(slow.findIndex(createBoundaryWatch(second)), 4);
  });

  it('are chosen spread over the run, or over again', () => {
    const boundaries = listBoundaries(RUN);
    assert.deepEqual(chooseRounds(boundaries, undefined), boundaries);
    assert.deepEqual(
      chooseRounds(boundaries, 2).map((boundary) => boundaries.indexOf(boundary)),
      [0, 2],
    );
    assert.deepEqual(
      chooseRounds(boundaries, 7).map((boundary) => boundaries.indexOf(boundary)),
      [0, 1, 2, 3, 4, 0, 1],
    );
    assert.deepEqual(chooseRounds([], 3), []);
  });
});

describe('drillLines', () => {
  const paint = { ...pc.createColors(false), safe: escapeText };
  const round: Round = {
    boundary: 'attempt.started 1',
    killed_at: { log: 'DRILL', seq: 3 },
    restarted_ms: 412,
    effects: { recorded: 2, interrupted: 1 },
    acknowledged: 20,
    chain: 'intact',
    orphans: 0,
    findings: [],
    folder: '/scratch/round-1',
  };

  it('shows a row for each kill and says that every promise held', () => {
    const [header, row, , sentence] = drillLines([round], paint, { durationMs: 61_000, kept: null });
    assert.match(
      header ?? '',
      /^#\s+KILLED AFTER\s+LOG\s+SEQ\s+RESTARTED IN\s+EFFECTS\s+CHAIN\s+ORPHANS\s+VERDICT$/,
    );
    assert.match(
      row ?? '',
      /^1\s+attempt\.started 1\s+DRILL\s+3\s+412 ms\s+2 \+ 1 cut short\s+intact\s+none\s+held$/,
    );
    assert.match(sentence ?? '', /^Killed 1 time in 1 min 1 s: every effect happened once/);
  });

  it('tells each broken promise with its place, and where to look', () => {
    const findings = [{ promise: 'effects', detail: 'attempt A\u001b[2J had its effect 2 times' }] as const;
    const bad: Round = { ...round, killed_at: null, restarted_ms: null, orphans: 2, findings };
    const text = drillLines([round, bad], paint, { durationMs: 1, kept: '/scratch' }).join('\n');
    assert.match(text, /BROKEN/);
    assert.match(
      text,
      /✗ killed after attempt\.started 1\n {4}effects: attempt A\S+ had its effect 2 times\n/,
    );
    assert.ok(!text.includes('\u001b'));
    assert.match(text, /1 of 2 rounds broke a promise\.\nKept in \/scratch$/);
  });

  it('says in one line how far the drill is', () => {
    const line = progressLine({ total: 3, done: 1, underWay: ['task.opened 1'], round: null }, 2000);
    assert.equal(line, '1 of 3 rounds, killing after task.opened 1 · 2.0 s');
  });
});
