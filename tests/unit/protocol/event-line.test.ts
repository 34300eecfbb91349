import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256Hex } from '../../../protocol/digest.ts';
import { parseEventHead } from '../../../protocol/event-head.ts';
import {
  buildEventLine,
  MAX_LINE_BYTES,
  parseEventLine,
  type LinePlace,
} from '../../../protocol/event-line.ts';
import { sliceEventLine } from '../../../protocol/event-slices.ts';
import type { EventDraft } from '../../../protocol/events.ts';
import { validateEventEnvelope } from '../../../protocol/generated/validators.js';
import type { Actor } from '../../../protocol/generated/types.ts';
import { rehash } from '../../helpers/ledger-fixture.ts';

const GENESIS: LinePlace = {
  log_id: 'ab'.repeat(16),
  seq: 1,
  prev_event_hash: null,
  project_id: 'demo',
  task_id: 'T-1',
};
const LATER: LinePlace = { ...GENESIS, seq: 2, prev_event_hash: 'cd'.repeat(32) };
const STAMP = { id: '01890a5d-ac96-774b-bcce-b302099a8057', time: '2026-02-19T12:00:00.000Z' };
const ACTOR: Actor = { kind: 'person', id: 'Zoë "Z"' };
const DRAFT: EventDraft = {
  type: 'step.reset',
  run_id: 'T-1_x',
  step_id: 'S1',
  data: { step_id: 'S1', reason: 'é 😀' },
};

/** A line as someone would forge it, with the right hash for the wrong content. */
const forge = (change: (line: string) => string): string =>
  rehash([change(buildEventLine(GENESIS, STAMP, ACTOR, DRAFT).text)]).slice(0, -1);

describe('buildEventLine', () => {
  it('writes RFC 8785 JSON whose hash covers all bytes but its own member', () => {
    const { text, event } = buildEventLine(LATER, STAMP, ACTOR, DRAFT);
    const parsed = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual(Object.keys(parsed), Object.keys(parsed).sort());
    const { event_hash, ...rest } = parsed;
    assert.equal(event_hash, sha256Hex(JSON.stringify(rest)));
    assert.deepEqual(parsed, event);
    assert.equal(validateEventEnvelope(parsed), true);
  });

  it('leaves out the ids that do not apply', () => {
    const { task_id: _, ...project } = GENESIS;
    const draft: EventDraft = { type: 'daemon.stopped', data: { pid: 1, reason: 'x' } };
    const { text, event } = buildEventLine(project, STAMP, ACTOR, draft);
    assert.equal('task_id' in event || 'run_id' in event || 'step_id' in event, false);
    assert.deepEqual(parseEventLine(text), event);
  });

  it('fault 8: refuses the names of the hashes anywhere in data', () => {
    for (const name of ['event_hash', 'prev_event_hash']) {
      const data = { step_id: 'S1', reason: 'x', deep: [{ [name]: 1 }] };
      assert.throws(() => buildEventLine(GENESIS, STAMP, ACTOR, { type: 'step.reset', data }), {
        code: 'LINE_INVALID',
      });
    }
  });

  it('refuses run and step ids that are none', () => {
    for (const ids of [{ run_id: 'a b' }, { step_id: '' }, { run_id: '"' }]) {
      assert.throws(() => buildEventLine(GENESIS, STAMP, ACTOR, { ...DRAFT, ...ids }), {
        code: 'LINE_INVALID',
      });
    }
  });

  it('fault 10: takes lines of exactly the limit in bytes and refuses longer ones', () => {
    const lengthWith = (reason: string): number =>
      Buffer.byteLength(
        buildEventLine(GENESIS, STAMP, ACTOR, { type: 'step.reset', data: { step_id: 'S1', reason } }).text,
      );
    const room = MAX_LINE_BYTES - lengthWith('');
    assert.equal(lengthWith('x'.repeat(room)), MAX_LINE_BYTES);
    assert.equal(lengthWith('é'.repeat(Math.floor(room / 2))), MAX_LINE_BYTES - (room % 2));
    assert.throws(() => lengthWith('x'.repeat(room + 1)), { code: 'LINE_TOO_LONG' });
    assert.throws(() => lengthWith('é'.repeat(Math.floor(room / 2) + 1)), { code: 'LINE_TOO_LONG' });
  });
});

describe('parseEventLine', () => {
  it('gives back what was built', () => {
    for (const place of [GENESIS, LATER]) {
      const { text, event } = buildEventLine(place, STAMP, ACTOR, DRAFT);
      assert.deepEqual(parseEventLine(text), event);
    }
  });

  it('fault 7: keeps __proto__, toJSON and constructor as data', () => {
    const data = JSON.parse(
      '{"step_id":"S1","reason":"x","__proto__":{"a":1},"toJSON":2,"constructor":3}',
    ) as { step_id: string; reason: string };
    const { text } = buildEventLine(GENESIS, STAMP, ACTOR, { type: 'step.reset', data });
    assert.deepEqual(parseEventLine(text).data, data);
  });

  it('is not misled by a key that ends like the hash member', () => {
    const data = {
      step_id: 'S1',
      reason: 'x',
      ['"event_hash']: 'y',
      [`,"event_hash":"${'0'.repeat(64)}","id":`]: 1,
    };
    const { text, event } = buildEventLine(GENESIS, STAMP, ACTOR, { type: 'step.reset', data });
    assert.deepEqual(parseEventLine(text), event);
  });

  it('fault 14: carries terminal escapes and bidirectional text as they are', () => {
    const reason = '\u001b[2J\u202e\u0007';
    const { text } = buildEventLine(GENESIS, STAMP, ACTOR, {
      type: 'step.reset',
      data: { step_id: 'S1', reason },
    });
    assert.ok(!text.includes('\u001b'));
    assert.deepEqual(parseEventLine(text).data, { step_id: 'S1', reason });
  });

  const forgeries: readonly (readonly [string, (line: string) => string])[] = [
    ['fault 1: duplicate keys', (line) => line.replace('"reason":', '"reason":"y","reason":')],
    ['fault 2: a number in another form', (line) => line.replace('"reason":', '"n":1.0,"reason":')],
    ['fault 3: half of a surrogate pair', (line) => line.replace('é', '\\ud800')],
    ['fault 5: a byte order mark', (line) => `\uFEFF${line}`],
    ['fault 5: a carriage return', (line) => `${line}\r`],
    [
      'fault 6: unsorted keys',
      (line) => line.replace('"reason":"é 😀","step_id":"S1"', '"step_id":"S1","reason":"é 😀"'),
    ],
    ['fault 6: spaces', (line) => line.replace('"data":{', '"data": {')],
    ['fault 8: a nested hash', (line) => line.replace('"reason":', '"prev_event_hash":null,"reason":')],
    ['fault 13: an unknown version', (line) => line.replace('"v":1}', '"v":2}')],
    ['an unknown member', (line) => line.replace('"data":{', '"comment":"","data":{')],
    ['an unknown member after the hash', (line) => line.replace('"seq":1', '"sep":1,"seq":1')],
    ['an actor of no kind', (line) => line.replace('"kind":"person"', '"kind":"worker"')],
    ['an actor without a name', (line) => line.replace(/"id":"Zo[^,]*,/, '"id":1,')],
    ['an actor with more to say', (line) => line.replace('"kind":"person"', '"kind":"person","role":"x"')],
    ['an actor that is a list', (line) => line.replace(/"actor":\{[^}]*\}/, '"actor":[]')],
    ['an actor that is null', (line) => line.replace(/"actor":\{[^}]*\}/, '"actor":null')],
    ['data that is a list', (line) => line.replace(/"data":\{[^}]*\}/, '"data":[]')],
    ['data that is null', (line) => line.replace(/"data":\{[^}]*\}/, '"data":null')],
    ['a sequence number 0', (line) => line.replace('"seq":1', '"seq":0')],
    ['a time without milliseconds', (line) => line.replace('00.000Z', '00Z')],
    ['an upper-case log id', (line) => line.replace('abab', 'ABAB')],
  ];
  for (const [name, change] of forgeries) {
    it(`refuses ${name}, well hashed`, () => {
      const line = forge(change);
      assert.notEqual(
        line,
        forge((same) => same),
      );
      assert.throws(() => parseEventLine(line), { code: 'LINE_INVALID' });
    });
  }

  it('fault 12: refuses an empty line, null and a list', () => {
    for (const text of ['', 'null', '[]', '{}'])
      assert.throws(() => parseEventLine(text), { code: 'LINE_INVALID' });
  });

  it('refuses a line whose hash is another', () => {
    const { text } = buildEventLine(GENESIS, STAMP, ACTOR, DRAFT);
    assert.throws(() => parseEventLine(text.replace('S1', 'S2')), { code: 'LINE_INVALID', message: /hash/ });
  });

  it('refuses a line that is too long before it looks inside', () => {
    assert.throws(() => parseEventLine('x'.repeat(MAX_LINE_BYTES + 1)), { code: 'LINE_TOO_LONG' });
  });

  it('hints at line endings and byte order marks', () => {
    assert.throws(() => parseEventLine(forge((line) => `${line}\r`)), { hint: /autocrlf/ });
    assert.throws(
      () => parseEventLine(forge((line) => `\uFEFF${line}`)),
      (error: { hint?: string }) => /byte order mark/.test(error.hint ?? ''),
    );
  });
});

describe('sliceEventLine', () => {
  it('finds a line inside a longer text', () => {
    const { text, event } = buildEventLine(LATER, STAMP, ACTOR, DRAFT);
    const slices = sliceEventLine(`${text}\n${text}\n`, text.length + 1, 2 * text.length + 1);
    assert.equal(slices?.event_hash, event.event_hash);
    assert.equal(slices.prev_event_hash, LATER.prev_event_hash);
    assert.equal(slices.run_id, 'T-1_x');
  });

  it('does not look beyond the line', () => {
    const { text } = buildEventLine(LATER, STAMP, ACTOR, DRAFT);
    assert.equal(sliceEventLine(`x\n${text}`, 0, 1), null);
    assert.equal(sliceEventLine(text, 0, text.length - 1), null);
  });
});

describe('parseEventHead', () => {
  it('gives actor and data', () => {
    assert.deepEqual(parseEventHead('{"actor":{"id":"x","kind":"tool"},"data":{},'), {
      actor: { id: 'x', kind: 'tool' },
      data: {},
    });
  });

  it('refuses what has no such parts', () => {
    for (const text of ['{"data":{},', '{"actor":{"id":"x","kind":"tool"},']) {
      assert.throws(() => parseEventHead(text), { code: 'LINE_INVALID' });
    }
  });
});
