import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { runCli } from '../../../cli/run-cli.ts';
import { openLedger } from '../../../daemon/ledger/open-ledger.ts';
import type { TaskSummary } from '../../../daemon/ports/services.ts';
import { closed, opened, PERSON, scratchFolder } from '../../helpers/ledger-fixture.ts';

const cwd = scratchFolder();

/** Project p: C-0 … C-24 closed, T-1 open. Project q: D-0 … D-2 closed after them. */
before(async () => {
  mkdirSync(join(cwd, '.git'));
  const clock = { now: () => Date.now() };
  const ledger = await openLedger({ root: join(cwd, 'workflow'), clock, reeveVersion: '0.0.0-test' });
  const [p, q] = [await ledger.project('p', { create: true }), await ledger.project('q', { create: true })];
  await p.appendTask('T-1', PERSON, 'waiting', [opened('The open one')]).durable;
  for (let index = 0; index < 25; index += 1)
    await p.appendTask(`C-${index}`, PERSON, 'rejected', [opened(), closed()]).durable;
  for (let index = 0; index < 3; index += 1)
    await q.appendTask(`D-${index}`, PERSON, 'abandoned', [opened(), closed()]).durable;
  await ledger.close();
});

async function cli(...argv: readonly string[]): Promise<string> {
  let stdout = '';
  const exit = await runCli(argv, {
    cwd,
    env: { REEVE_USER_STATE: join(cwd, 'user') },
    stdout: { write: (text) => void (stdout += text), isTTY: false },
    stderr: { write: (text) => assert.fail(text), isTTY: false },
    signal: new AbortController().signal,
    now: () => Date.now(),
  });
  assert.equal(exit, 0);
  return stdout;
}

interface StatusAnswer {
  readonly data: {
    readonly tasks: readonly TaskSummary[];
    readonly counts: Readonly<Record<string, number>>;
  };
  readonly meta: { readonly tasks_left_out: number };
}

async function statusOf(...argv: readonly string[]): Promise<StatusAnswer> {
  return JSON.parse(await cli('status', '--json', ...argv)) as StatusAnswer;
}

const idsOf = ({ data }: StatusAnswer): readonly string[] => data.tasks.map(({ task_id }) => task_id);

test('lists the open tasks and the twenty that were closed last, and counts all', async () => {
  const answer = await statusOf('--project', 'p');
  assert.deepEqual(idsOf(answer), [...Array.from({ length: 20 }, (_, index) => `C-${index + 5}`), 'T-1']);
  assert.deepEqual(answer.data.counts, { waiting: 1, rejected: 25 });
  assert.equal(answer.meta.tasks_left_out, 5);
});

test('of several projects lists the twenty that were closed last of all', async () => {
  const answer = await statusOf();
  const ids = idsOf(answer);
  assert.equal(ids.length, 21);
  for (const id of ['T-1', 'D-0', 'D-2', 'C-8']) assert.ok(ids.includes(id), id);
  assert.ok(!ids.includes('C-7'));
  assert.deepEqual(answer.data.counts, { waiting: 1, rejected: 25, abandoned: 3 });
  assert.equal(answer.meta.tasks_left_out, 8);
});

test('lists everything where it is asked to', async () => {
  const answer = await statusOf('--all');
  assert.equal(answer.data.tasks.length, 29);
  assert.deepEqual(answer.data.counts, { waiting: 1, rejected: 25, abandoned: 3 });
  assert.equal(answer.meta.tasks_left_out, 0);
});

test('tells a person what was left out, and how to see it', async () => {
  const text = await cli('status', '--project', 'p');
  assert.match(text, /5 more closed; list them with: reeve status --all\n/);
  assert.match(text, /In all: 1 waiting, 25 rejected\n/);
  assert.match(text, /T-1 .*The open one/);
  assert.doesNotMatch(text, /C-4 /);
  assert.doesNotMatch(await cli('status', '--all'), /more closed/);
});

test('finds the log of a task that it does not list', async () => {
  assert.match(await cli('logs', 'C-0'), /closed/);
});
