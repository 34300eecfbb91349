import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createColors } from 'picocolors';
import { escapeText } from '../../../cli/escape-text.ts';
import { describeEvent } from '../../../cli/render/describe-event.ts';
import { createEventLines } from '../../../cli/render/event-lines.ts';
import { formatAge, formatBytes, formatDuration, plural, shorten } from '../../../cli/render/format.ts';
import { renderTable } from '../../../cli/render/table.ts';
import { EVENT_LOGS } from '../../../protocol/generated/event-types.ts';
import type { LedgerEvent } from '../../../protocol/events.ts';

const PAINT = { ...createColors(false), safe: escapeText };
const HASH = 'ab'.repeat(32);

describe('format', () => {
  it('names durations, sizes and ages in the unit people would', () => {
    assert.deepEqual([0, 999, 1_500, 65_000, 3_720_000].map(formatDuration), [
      '0 ms',
      '999 ms',
      '1.5 s',
      '1 min 5 s',
      '1 h 2 min',
    ]);
    assert.deepEqual([0, 2_048, 5 * 1024 ** 2, 3 * 1024 ** 3].map(formatBytes), [
      '0 B',
      '2.0 KiB',
      '5.0 MiB',
      '3.0 GiB',
    ]);
    const now = Date.parse('2026-01-02T00:00:00.000Z');
    assert.equal(formatAge('2026-01-01T23:59:30.000Z', now), '30 s');
    assert.equal(formatAge('2025-12-30T00:00:00.000Z', now), '3 d');
    assert.equal(formatAge('never', now), '?');
    assert.equal(plural(1, 'file') + plural(2, 'criterion', 'criteria'), '1 file2 criteria');
  });

  it('cuts by characters, not by half of one', () => {
    assert.equal(shorten('👍👍👍', 2), '👍…');
    assert.equal(shorten('abc', 3), 'abc');
  });
});

describe('renderTable', () => {
  it('aligns columns by what is visible, cuts long cells, and escapes', () => {
    const red = (text: string): string => `<${text}>`;
    const rows = [
      ['a', { text: 'long value', paint: red }, 'x'],
      ['bb', { text: 'v\u001b', paint: red }, 'y'],
    ];
    assert.deepEqual(renderTable(['ID', 'VALUE', 'Z'], rows, { maxCell: 6 }), [
      'ID  VALUE   Z',
      'a   <long …>  x',
      'bb  <v\\x1b>   y',
    ]);
  });
});

describe('event lines', () => {
  it('has a sentence for every event type', () => {
    const anything = new Proxy({}, { get: (_, key) => (key === 'length' ? 0 : deep()) });
    for (const type of Object.keys(EVENT_LOGS)) {
      const event = { type, data: anything } as unknown as LedgerEvent;
      assert.notEqual(describeEvent(event).text, type, type);
    }
  });

  it('does not fall over an event type of a newer Reeve', () => {
    assert.equal(
      describeEvent({ type: 'moon.landed', data: {} } as unknown as LedgerEvent).text,
      'moon.landed',
    );
  });

  it('remembers which attempt an event belongs to, and escapes what a worker chose', () => {
    const toLine = createEventLines(PAINT);
    const base = {
      v: 1,
      log_id: 'x',
      seq: 1,
      id: 'x',
      time: '2026-01-02T03:04:05.678Z',
      actor: { kind: 'daemon', id: 'd' },
    };
    const started = { attempt_id: 'A1', r: 1, s: 2, worker: 'fix\u001b', base_commit: HASH };
    const exited = {
      attempt_id: 'A1',
      end: {
        exit_code: 3,
        signal: null,
        cause: 'exited',
        duration_ms: 1200,
        peak_memory_bytes: 0,
        survivors: [7],
      },
      stdout: { bytes: 10 },
      stderr: { bytes: 0 },
    };
    const lines = [
      { ...base, type: 'attempt.started', data: started },
      { ...base, type: 'worker.exited', data: exited },
    ].map((event) => toLine(event as unknown as LedgerEvent));
    assert.deepEqual(lines, [
      '2026-01-02T03:04:05Z  R1/S2  ▸ attempt started with worker fix\\x1b from abababababab',
      '2026-01-02T03:04:05Z  R1/S2  ✗ worker exited 3 after 1.2 s, 10 B of output, still alive: 7',
    ]);
  });
});

/** Stands for any value an event may hold. */
function deep(): unknown {
  return Object.assign(
    new Proxy([], {
      get: (target, key) => {
        if (key === Symbol.toPrimitive) return () => 'x';
        if (key in target) return Reflect.get(target, key) as unknown;
        return deep();
      },
    }),
  );
}
