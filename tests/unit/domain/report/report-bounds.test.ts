import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EventDraft, LedgerEvent } from '../../../../protocol/events.ts';
import type { TaskStatus } from '../../../../protocol/generated/types.ts';
import {
  attempt,
  closed,
  interrupted,
  opened,
  pack,
  recorded,
  rework,
  started,
} from '../../../helpers/task-spec.ts';
import { HASH, ofProject, ofTask, reportOf } from './report-spec.ts';

const rejected: EventDraft = {
  type: 'task.closed',
  data: { final_status: 'rejected', reason_code: 'CANCELLED', detail: '' },
};

/** A smooth task that ended at a second of the same minute. */
function smooth(id: string, second: number): readonly LedgerEvent[] {
  const time = `2026-02-19T12:00:${String(second).padStart(2, '0')}.000Z`;
  return ofTask(id, opened, pack(), ...attempt(0, 0, 'PASS_ALL_CRITERIA'), [closed, { time }]);
}

function headOf(task_id: string, status: TaskStatus, title = 'Elsewhere'): readonly LedgerEvent[] {
  return [
    ofProject({ type: 'task.created', data: { task_id, log_id: 'l', genesis: HASH, title } }),
    ofProject({
      type: 'head.committed',
      data: { task_id, log_id: 'l', seq: 3, head_hash: HASH, bytes: 9, status },
    }),
  ];
}

const articles = (text: string) => [...text.matchAll(/^### `([^`]+)`/gm)].map(([, id]) => id);

describe('a report of many tasks', () => {
  test('tells first what needs a reader, then what was made good, then the newest', () => {
    const failed = ofTask(
      'made-good',
      opened,
      ...attempt(0, 0, 'TIMEOUT'),
      ...attempt(0, 1, 'PASS_ALL_CRITERIA'),
      closed,
    );
    const events = [
      ...smooth('old', 8),
      ...smooth('new', 40),
      ...failed,
      ...ofTask(
        'held-up',
        opened,
        pack(),
        started(0, 0),
        interrupted(0, 0),
        ...attempt(0, 1, 'PASS_ALL_CRITERIA'),
        closed,
      ),
      ...ofTask('refused', opened, rejected),
      ...ofTask('open', opened),
      ...smooth('twin', 40),
    ];
    const { markdown } = reportOf({ events });
    assert.deepEqual(articles(markdown), ['refused', 'open', 'made-good', 'held-up', 'new', 'twin', 'old']);
    assert.match(markdown, /7 of 7 tasks/);
    assert.match(markdown, /\| \[open\]\(#task-2\) \|[^]*<a id="task-2"><\/a>\n\n### `open`/);
    assert.doesNotMatch(markdown, /## Other tasks/);
  });

  test('tells in full as many as it may, lists some and counts the rest, and says so', () => {
    const events = [
      ...headOf('far', 'running'),
      ...headOf('gone', 'abandoned'),
      ...headOf('good', 'accepted'),
      ...[1, 2, 3, 4, 5, 6].flatMap((second) => smooth(`T-${second}`, second + 10)),
      ...ofTask('bad', opened, rejected),
    ];
    const { markdown } = reportOf({ events, limits: { tasks: 3, characters: 1_000_000, rows: 1 } });
    assert.deepEqual(articles(markdown), ['bad', 'T-6', 'T-5']);
    assert.match(markdown, /3 of 10 tasks/);
    assert.match(markdown, /This report is shortened: .*`data\/tasks\/TASK\/events\.jsonl`/);
    assert.match(markdown, /1 of 7 other tasks:/);
    assert.match(markdown, /\| `far` \| Elsewhere \| \*\*· Open: being worked on/);
    assert.match(markdown, /Not listed: 6 further tasks \(5 accepted, 1 rejected or abandoned, 0 open\)\./);
  });

  test('tells one task however long it is, and no list where none may be', () => {
    const events = [...smooth('T-1', 1), ...smooth('T-2', 2)];
    const { markdown } = reportOf({ events, limits: { tasks: 9, characters: 1, rows: 0 } });
    assert.deepEqual(articles(markdown), ['T-2']);
    assert.doesNotMatch(markdown, /other task:/);
  });

  test('counts all of them, told or not', () => {
    const events = [
      ...headOf('far', 'accepted'),
      ...[1, 2, 3].flatMap((second) => smooth(`T-${second}`, second)),
    ];
    const { markdown } = reportOf({ events, limits: { tasks: 1, characters: 1, rows: 9 } });
    assert.match(markdown, /\| tasks \| 4 \|\n\| accepted \| 4 \|/);
    assert.match(markdown, /\| attempts \| 3 \|/);
  });
});

describe('a task of many lines', () => {
  test('keeps the latest attempts and orders, and counts the earlier ones', () => {
    const attempts = Array.from({ length: 34 }, (_, index) => recorded(0, index, 'TIMEOUT'));
    const orders = Array.from({ length: 10 }, (_, index) => pack({ r: index }));
    const reworks = Array.from({ length: 9 }, (_, index) => rework(index + 1));
    const { markdown } = reportOf({ events: ofTask('T-1', opened, ...orders, ...attempts, ...reworks) });
    assert.match(markdown, /The latest attempts; 4 earlier ones in the log/);
    assert.doesNotMatch(markdown, /`R0\/S3` step/);
    assert.match(markdown, /`R0\/S33` step/);
    assert.match(markdown, /2 earlier orders in the log are not told here/);
    assert.match(markdown, /1 earlier rework in the log/);
    assert.match(markdown, /34, 34 failed/);
  });

  test('keeps the latest of what is out of the ordinary, and the top of the report is bounded too', () => {
    const resets: EventDraft = { type: 'step.reset', data: { step_id: 'S1', reason: 'again' } };
    const many = (id: string) => ofTask(id, opened, ...Array.from({ length: 45 }, () => resets));
    const events = ['A', 'B', 'C', 'D', 'E', 'F'].flatMap(many);
    const { markdown } = reportOf({ events });
    assert.match(markdown, /and 5 earlier entries in the log/);
    assert.match(markdown, /And 40 further entries, told with their tasks below\./);
  });

  test('shortens long texts with an ellipsis, and cuts no character in two', () => {
    const title = `${'x'.repeat(198)}😀tail`;
    const { markdown } = reportOf({
      events: ofTask('T-1', { type: 'task.opened', data: { project_id: 'p', title } }),
    });
    assert.match(markdown, /x{198}…/);
    assert.doesNotMatch(markdown, /\\u\{d83d\}/);
  });
});

describe('a project of many lines', () => {
  test('keeps the latest refusals, rules and archives, the first keys, and counts the others', () => {
    const repeat = (number: number, draft: (index: number) => EventDraft) =>
      Array.from({ length: number }, (_, index) => ofProject(draft(index)));
    const problems = [{ code: 'X', pointer: '', message: 'It is wrong.' }];
    const refused = { sha256: null, bytes: 1, kept_as: 'rejected/x', problems, problem_count: 1 };
    const started = { pid: 1, open_tasks: 0, interrupted_attempts: 0, recovered_logs: 0 };
    const sha = (index: number) => String(index).padStart(64, '0');
    const { markdown } = reportOf({
      events: [
        ...repeat(202, (index) => ({ type: 'pack.refused', data: { ...refused, name: `n${index}.json` } })),
        ...repeat(52, (index) => ({
          type: 'daemon.started',
          data: {
            ...started,
            reeve_version: `1.${index}.0`,
            policy: { path: 'p', sha256: sha(index), bytes: 1 },
          },
        })),
        ...repeat(53, (index) => ({
          type: 'key.added',
          data: { key_id: sha(index), public_key: `${'A'.repeat(43)}=` },
        })),
        ...repeat(51, (index) => ({
          type: 'archive.exported',
          data: { archive_id: sha(index), files: 1, bytes: 1, heads: 1 },
        })),
      ],
    });
    assert.match(markdown, /2 earlier sets in `data\/events\.jsonl`/);
    assert.match(markdown, /and 3 later keys/);
    assert.match(markdown, /1 earlier archive in `data\/events\.jsonl`/);
    assert.match(markdown, /And \d+ further entries/);
    assert.match(markdown, /\| orders refused \| 202 \|/);
  });

  test('names fifty actors, and counts the events of others', () => {
    const events = Array.from({ length: 53 }, (_, index) => ({
      ...ofProject({ type: 'project.created', data: { project_id: 'p', reeve_version: '1' } }),
      actor: { kind: 'person', id: `p${index}` } as const,
    }));
    assert.match(reportOf({ events }).markdown, /person p49: 1\n {2}- others: 3/);
  });
});
