import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createInbox, type DroppedFile, type Inbox } from '../../../daemon/inbox/create-inbox.ts';

interface InboxFixture {
  readonly inbox: Inbox;
  readonly path: string;
  readonly folder: string;
  /** What was handed on, as text. */
  readonly taken: string[];
  readonly failures: unknown[];
  /** Moves the clock on, in milliseconds, and looks again. */
  later(ms: number): Promise<void>;
}

/** An inbox over a folder of its own, whose clock stands still. */
async function makeInbox(
  t: TestContext,
  submit: (drop: DroppedFile) => Promise<'taken' | 'moved'> = () => Promise.resolve('taken'),
): Promise<InboxFixture> {
  const workflow = await mkdtemp(join(tmpdir(), 'reeve-inbox-'));
  t.after(() => rm(workflow, { recursive: true, force: true }));
  const folder = join(workflow, 'default/inbox');
  await mkdir(folder, { recursive: true });
  const taken: string[] = [];
  const failures: unknown[] = [];
  let time = 0;
  const inbox = createInbox({
    workflow,
    defaultProject: 'default',
    submit: async (drop) => {
      const outcome = await submit(drop);
      taken.push(Buffer.from(drop.bytes).toString('utf8'));
      return outcome;
    },
    refuse: ({ path, problem }) => {
      taken.push(problem.code);
      return rm(path, { recursive: true });
    },
    onError: (_, error) => failures.push(error),
    now: () => time,
  });
  t.after(() => inbox.close());
  const later = async (ms: number): Promise<void> => {
    time += ms;
    await inbox.rescan();
  };
  return { inbox, folder, path: join(folder, 'pack.json'), taken, failures, later };
}

test('a whole document is taken at once, and then the inbox is empty', async (t) => {
  const { path, folder, taken, later } = await makeInbox(t);
  await writeFile(path, '{"a": "}"}\n');
  await later(0);
  assert.deepEqual(taken, ['{"a": "}"}\n']);
  assert.deepEqual(await readdir(folder), []);
});

test('half a document is waited for, and taken when it is whole', async (t) => {
  const { path, taken, later, inbox } = await makeInbox(t);
  await writeFile(path, '{"a": ');
  await later(0);
  await later(1900);
  assert.deepEqual(taken, []);
  assert.equal(inbox.waiting, 1);
  await appendFile(path, '1}');
  await later(1);
  assert.deepEqual(taken, ['{"a": 1}']);
  assert.equal(inbox.waiting, 0);
});

test('a document that keeps growing is left alone for as long as it grows', async (t) => {
  const { path, taken, later } = await makeInbox(t);
  await writeFile(path, '[1');
  for (let part = 0; part < 5; part += 1) {
    await later(1900);
    await appendFile(path, ',1');
    await utimes(path, part, part);
  }
  assert.deepEqual(taken, []);
});

test('half a document that has not changed for two seconds is judged as it is', async (t) => {
  const { path, taken, later } = await makeInbox(t);
  await writeFile(path, '{"a": ');
  await later(0);
  await later(2000);
  assert.deepEqual(taken, ['{"a": ']);
});

test('a file that is written to while it is taken is another one, and looked at again', async (t) => {
  const versions = ['{"v": 1}', '{"v": 2, "longer": true}'];
  const { path, folder, taken, later } = await makeInbox(t, async (drop) => {
    if (drop.bytes.length === versions[0]?.length) await writeFile(drop.path, versions[1] ?? '');
    return 'taken';
  });
  await writeFile(path, versions[0] ?? '');
  await later(0);
  await later(0);
  assert.deepEqual(taken, versions);
  assert.deepEqual(await readdir(folder), []);
});

test('what cannot be taken now stays where it lies, and is tried again after a while, or at once when it changes', async (t) => {
  let isFull = true;
  const { path, folder, taken, failures, later } = await makeInbox(t, () =>
    isFull ? Promise.reject(new Error('no space left')) : Promise.resolve('taken'),
  );
  await writeFile(path, '{}');
  await later(0);
  await later(1000);
  assert.equal(failures.length, 1, 'not tried, and not told of, at every scan');
  await later(30_000);
  assert.equal(failures.length, 2);
  assert.deepEqual(await readdir(folder), ['pack.json']);
  isFull = false;
  await later(1000);
  assert.deepEqual(taken, []);
  await utimes(path, 1, 1);
  await later(0);
  assert.deepEqual(taken, ['{}']);
});

test('hints without end for one file look at it once at a time', async (t) => {
  let under = 0;
  let most = 0;
  const { inbox, path, taken } = await makeInbox(t, async () => {
    under += 1;
    most = Math.max(most, under);
    await new Promise(setImmediate);
    under -= 1;
    return 'taken';
  });
  await writeFile(path, '{}');
  for (let hint = 0; hint < 1000; hint += 1) inbox.hint(path);
  await inbox.rescan();
  assert.equal(most, 1);
  assert.deepEqual(taken, ['{}']);
});

test('a hint from outside of the inboxes is no drop', async (t) => {
  const { inbox, folder, taken } = await makeInbox(t);
  const elsewhere = [join(folder, 'sub/pack.json'), join(folder, '../pack.json'), '/etc/pack.json'];
  await mkdir(join(folder, 'sub'));
  for (const path of elsewhere.slice(0, 2)) await writeFile(path, '{}');
  for (const path of elsewhere) inbox.hint(path);
  await inbox.rescan();
  assert.deepEqual(taken, []);
});
