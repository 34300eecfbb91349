import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { openLedger } from '../../daemon/ledger/open-ledger.ts';
import { CLOSED_FILE, INDEX_FILE } from '../../daemon/ledger/project-index.ts';
import { readProjectLog, readProjectOverview, scanFromIndex } from '../../daemon/ledger/read-project-log.ts';
import { scanProjectLog, type ProjectScan } from '../../daemon/ledger/scan-project-log.ts';
import type { Ledger, ProjectLedger } from '../../daemon/ports/ledger.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import type { TaskStatus } from '../../protocol/generated/types.ts';
import { closed, note, opened, PERSON, scratchFolder, stopped } from '../helpers/ledger-fixture.ts';

const scratch = scratchFolder();

/** What may happen to a project, task by task. */
type Action =
  | { readonly type: 'open' | 'note' | 'close'; readonly task: number }
  | { readonly type: 'project' | 'restart' };

const ENDS: readonly TaskStatus[] = ['accepted', 'rejected', 'abandoned'];

const task = fc.nat({ max: 60 });
const history: fc.Arbitrary<readonly Action[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ type: fc.constant('open' as const), task }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constant('note' as const), task }) },
    { weight: 5, arbitrary: fc.record({ type: fc.constant('close' as const), task }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('project' as const, 'restart' as const) }) },
  ),
  { minLength: 60, maxLength: 160 },
);

function open(root: string): Promise<Ledger> {
  return openLedger({ root, clock: { now: () => Date.now() }, reeveVersion: '0.0.0-test', indexEvery: 4000 });
}

/** Lives through a history, and keeps a copy of the project as it was in the middle of it. */
async function live(root: string, actions: readonly Action[]): Promise<string> {
  const folder = join(root, 'p');
  let ledger = await open(root);
  let project = await ledger.project('p', { create: true });
  for (const [index, action] of actions.entries()) {
    if (action.type === 'restart') {
      await ledger.close();
      ledger = await open(root);
      project = await ledger.project('p');
    } else await act(project, action);
    if (index !== Math.floor(actions.length / 2)) continue;
    await project.flush();
    cpSync(folder, join(root, 'earlier'), { recursive: true });
  }
  await ledger.close();
  return folder;
}

async function act(project: ProjectLedger, action: Action): Promise<void> {
  if (!('task' in action)) {
    await project.appendProject(PERSON, [stopped()]).durable;
    return;
  }
  const id = `T-${action.task}`;
  const status = project.tasks.get(id)?.status;
  const isOpen = status !== undefined && !ENDS.includes(status);
  if (action.type === 'open' && status === undefined)
    await project.appendTask(id, PERSON, 'queued', [opened(`Aufgabe Nº ${action.task} — “größer”`)]).durable;
  else if (action.type === 'note' && isOpen)
    await project.appendTask(id, PERSON, 'waiting', [note('again')]).durable;
  else if (action.type === 'close' && isOpen)
    await project.appendTask(id, PERSON, ENDS[action.task % 3]!, [closed()]).durable;
}

/** Everything that a scan tells, in its order. */
function told({ end, genesis, tasks, keptFiles, tree, keys }: ProjectScan): unknown {
  return { end, genesis, tasks: [...tasks], keptFiles: [...keptFiles], tree, keys };
}

/** The answers with the index that lies there must be those of the log alone. */
function assertSameAnswers(folder: string, what: string): void {
  const whole = scanProjectLog(join(folder, 'events.jsonl'));
  assert.deepEqual(told(readProjectLog(folder)), told(whole), what);
  const overview = readProjectOverview(folder);
  const tasks = [...whole.tasks.values()];
  const ended = tasks.filter(({ status }) => ENDS.includes(status));
  assert.deepEqual(overview.tasks, [...ended.slice(-20), ...tasks.slice(ended.length)], what);
  const counts: Record<string, number> = {};
  for (const { status } of tasks) counts[status] = (counts[status] ?? 0) + 1;
  assert.deepEqual(overview.counts, counts, what);
  assert.deepEqual(overview.head, whole.end.head, what);
}

/** Each way in which an index can be wrong. */
function damages(root: string, folder: string, place: number): readonly (readonly [string, () => void])[] {
  const [index, closedTasks] = [join(folder, INDEX_FILE), join(folder, CLOSED_FILE)];
  const cut = (path: string) => existsSync(path) && truncateSync(path, place % readFileSync(path).length);
  const flip = (path: string): void => {
    if (!existsSync(path)) return;
    const bytes = readFileSync(path);
    bytes[place % bytes.length]! ^= 1;
    writeFileSync(path, bytes);
  };
  const earlier = (name: string) => {
    if (existsSync(join(root, 'earlier', name))) cpSync(join(root, 'earlier', name), join(folder, name));
  };
  return [
    ['as it is', () => undefined],
    ['deleted', () => [index, closedTasks].forEach((path) => rmSync(path, { force: true }))],
    ['without its closed tasks', () => rmSync(closedTasks, { force: true })],
    ['a byte of the index changed', () => flip(index)],
    ['a byte of the closed tasks changed', () => flip(closedTasks)],
    ['the index cut', () => cut(index)],
    ['the closed tasks cut', () => cut(closedTasks)],
    ['an older index', () => earlier(INDEX_FILE)],
    ['older closed tasks', () => earlier(CLOSED_FILE)],
    ['an index that is ahead of the log', () => earlier('events.jsonl')],
    ['an index of another version', () => editIndex(index, (text) => text.replace('{"v":1,', '{"v":2,'))],
    [
      'an index of another log',
      () => editIndex(index, (text) => text.replaceAll(/"log_id":"\w+"/g, `"log_id":"${'0'.repeat(32)}"`)),
    ],
    [
      'an index of another line',
      () =>
        editIndex(index, (text) => text.replace(/"event_hash":"\w+"/, `"event_hash":"${'0'.repeat(64)}"`)),
    ],
  ];
}

/** Rewrites an index as somebody would who knows how it is hashed. */
function editIndex(path: string, change: (json: string) => string): void {
  if (!existsSync(path)) return;
  const json = change(readFileSync(path, 'utf8').split('\n')[0]!);
  writeFileSync(path, `${json}\n${sha256Hex(json)}\n`);
}

describe('the index of a project log', () => {
  it('changes no answer, whatever its state', async () => {
    let used = 0;
    await fc.assert(
      fc.asyncProperty(history, fc.nat(), async (actions, place) => {
        const root = mkdtempSync(join(scratch, 'root-'));
        const folder = await live(root, actions);
        if (scanFromIndex(folder) !== null) used += 1;
        const copy = join(root, 'copy');
        for (const [what, damage] of damages(root, copy, place)) {
          cpSync(folder, copy, { recursive: true });
          damage();
          assertSameAnswers(copy, what);
          rmSync(copy, { recursive: true });
        }
        rmSync(root, { recursive: true });
      }),
      { numRuns: 12 },
    );
    assert.ok(used > 6, `an index was used in ${used} runs`);
  });
});
