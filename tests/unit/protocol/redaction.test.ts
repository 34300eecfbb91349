import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalJson } from '../../../protocol/canonical-json.ts';
import {
  formatDisclosure,
  parseDisclosure,
  redactedSeqs,
  type Disclosure,
} from '../../../protocol/disclosure.ts';
import { buildEventLine } from '../../../protocol/event-line.ts';
import { sliceEventLine } from '../../../protocol/event-slices.ts';
import { formatRedactedLine, parseRedactedLine, type RedactedLine } from '../../../protocol/redacted-line.ts';

const DIGEST = 'a'.repeat(64);

const DISCLOSURE: Disclosure = {
  v: 1,
  complete: false,
  since: '2026-01-01T00:00:00.000Z',
  tasks: { included: ['T-1', 'T-2'], left_out: 3 },
  redacted: [
    { path: 'tasks/T-1/artifacts/a.txt', sha256: DIGEST, bytes: 0 },
    { path: 'tasks/T-1/events.jsonl', seq: 4 },
    { path: 'tasks/T-1/events.jsonl', seq: 7 },
    { path: 'tasks/T-2/events.jsonl', seq: 7 },
  ],
};

describe('disclosure.json', () => {
  it('is read as it was written', () => {
    const text = formatDisclosure(DISCLOSURE);
    assert.ok(text.startsWith('{"complete":false,"redacted":[{"bytes":0,"path":'));
    assert.ok(text.endsWith(',"v":1}\n'));
    assert.deepEqual(parseDisclosure(text), DISCLOSURE);
    const other = { ...DISCLOSURE, since: null, redacted: [] };
    assert.deepEqual(parseDisclosure(formatDisclosure(other)), other);
  });

  it('tells the redacted lines of each log', () => {
    assert.deepEqual([...redactedSeqs(DISCLOSURE, 'tasks/T-1/events.jsonl')], [4, 7]);
    assert.deepEqual([...redactedSeqs(DISCLOSURE, 'tasks/T-3/events.jsonl')], []);
  });

  const changed = (changes: object): string => `${canonicalJson({ ...DISCLOSURE, ...changes })}\n`;
  const redacted = (each: object): string => changed({ redacted: [each] });
  const tasks = (each: object): string => changed({ tasks: each });
  const file = { path: 'a', sha256: DIGEST, bytes: 1 };
  const refused: Readonly<Record<string, string>> = {
    'no newline': formatDisclosure(DISCLOSURE).slice(0, -1),
    spaces: ` ${formatDisclosure(DISCLOSURE)}`,
    'no object': '[]\n',
    'no JSON': '{\n',
    'another version': changed({ v: 2 }),
    'a complete archive': changed({ complete: true }),
    'a further member': changed({ why: '' }),
    'a time that is none': changed({ since: 'yesterday' }),
    'a time that is a number': changed({ since: 1 }),
    'tasks that are no list': tasks({ included: 'T-1', left_out: 0 }),
    'tasks that are a number': tasks({ included: 1, left_out: 0 }),
    'tasks that are no names': tasks({ included: [1], left_out: 0 }),
    'a task that no folder can be named by': tasks({ included: ['../T-1'], left_out: 0 }),
    'no tasks': tasks({ included: null, left_out: 0 }),
    'a negative number of tasks': tasks({ included: [], left_out: -1 }),
    'half a task': tasks({ included: [], left_out: 0.5 }),
    'tasks by another name': tasks({ included: [], omitted: 0 }),
    'redactions that are no list': changed({ redacted: {} }),
    'a redaction that is none': redacted({}),
    'a line of the project log': redacted({ path: 'events.jsonl', seq: 1 }),
    'a line of a segment': redacted({ path: 'tasks/T-1/events.000001.jsonl', seq: 1 }),
    'a line of another file': redacted({ path: 'tasks/T-1/packs/events.jsonl', seq: 1 }),
    'line 0': redacted({ path: 'tasks/T-1/events.jsonl', seq: 0 }),
    'a line without a log': redacted({ path: 1, seq: 1 }),
    'a line that is no number': redacted({ path: 'tasks/T-1/events.jsonl', seq: '1' }),
    'a file without a size': redacted({ ...file, bytes: '1' }),
    'a file without a path': redacted({ ...file, path: null }),
    'a file without a digest': redacted({ ...file, sha256: 'A'.repeat(64) }),
    'a file whose digest is no text': redacted({ ...file, sha256: 1 }),
  };
  for (const [what, text] of Object.entries(refused)) {
    it(`is not ${what}`, () => assert.equal(parseDisclosure(text), null));
  }
});

describe('a redacted line', () => {
  const place = { log_id: 'b'.repeat(32), seq: 7, prev_event_hash: DIGEST, project_id: 'p' };
  const stamp = { id: '019b76da-a800-7000-8000-000000000001', time: '2026-01-01T00:00:00.000Z' };
  const actor = { kind: 'daemon', id: 'reeve' } as const;
  const inTask = buildEventLine({ ...place, task_id: 'T-1' }, stamp, actor, {
    type: 'step.reset',
    run_id: 'R',
    step_id: 'S1',
    data: { step_id: 'S1', reason: 'secret' },
  }).text;
  const first = buildEventLine({ ...place, task_id: 'T-1', seq: 1, prev_event_hash: null }, stamp, actor, {
    type: 'step.reset',
    run_id: 'R',
    step_id: 'S1',
    data: { step_id: 'S1', reason: 'secret' },
  }).text;

  function redact(text: string): RedactedLine {
    const slices = sliceEventLine(text);
    assert.ok(slices !== null);
    const { hashAt: _, ...line } = slices;
    return { ...line, redacted_bytes: Buffer.byteLength(text) };
  }

  it('keeps the place of the line and nothing of its content', () => {
    for (const line of [redact(inTask), redact(first)]) {
      const text = formatRedactedLine(line);
      assert.deepEqual(parseRedactedLine(text), line);
      assert.equal(canonicalJson(JSON.parse(text)), text);
      assert.doesNotMatch(text, /secret|actor|data/);
    }
    assert.deepEqual(Object.keys(JSON.parse(formatRedactedLine(redact(inTask))) as object), [
      'event_hash',
      'id',
      'log_id',
      'prev_event_hash',
      'project_id',
      'redacted_bytes',
      'run_id',
      'seq',
      'step_id',
      'task_id',
      'time',
      'type',
      'v',
    ]);
  });

  it('is nothing else', () => {
    const text = formatRedactedLine(redact(inTask));
    const changes: readonly ((line: string) => string)[] = [
      (line) => line.replace(/"redacted_bytes":\d+,/, ''),
      (line) => line.replace(/"redacted_bytes":\d+/, '"redacted_bytes":0'),
      (line) => line.replace(/"redacted_bytes":\d+/, '"redacted_bytes":65536'),
      (line) => line.replace('"log_id"', `"leaf_hash":"${DIGEST}","log_id"`),
      (line) => line.replace('{', '{"actor":{},'),
      (line) => ` ${line}`,
      (line) => `${line} `,
      (line) => line.replace(',"seq"', ', "seq"'),
      () => inTask,
      () => '',
    ];
    for (const change of changes) assert.equal(parseRedactedLine(change(text)), null, change(text));
    assert.equal(sliceEventLine(text), null);
  });
});
