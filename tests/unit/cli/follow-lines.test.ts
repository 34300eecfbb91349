import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { followLines } from '../../../cli/follow-lines.ts';

describe('followLines', { timeout: 30_000 }, () => {
  let folder = '';
  let count = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reeve-follow-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** The file that a new task's log grows in. */
  function newFile(): string {
    const task = join(folder, `T-${(count += 1)}`);
    mkdirSync(task);
    return join(task, 'events.jsonl');
  }

  /** Follows a file, doing the next step after each line; ends after the last. */
  async function follow(file: string, steps: readonly (() => Promise<unknown>)[], lines: number) {
    const ended = new AbortController();
    const seen: string[] = [];
    const waiting = [...steps];
    await waiting.shift()?.();
    for await (const line of followLines(dirname(file), { follow: true, signal: ended.signal })) {
      seen.push(line);
      if (seen.length === lines) ended.abort();
      await waiting.shift()?.();
    }
    return seen;
  }

  it('reads complete lines once and leaves a line still being written', async () => {
    const file = newFile();
    await writeFile(file, 'one\ntwo\nhalf');
    const seen: string[] = [];
    const { signal } = new AbortController();
    for await (const line of followLines(dirname(file), { follow: false, signal })) seen.push(line);
    assert.deepEqual(seen, ['one', 'two']);
  });

  it('gives a line that is written in two pieces as one', async () => {
    const file = newFile();
    await writeFile(file, 'first\nha');
    const seen = await follow(file, [async () => {}, () => appendFile(file, 'lf\nlast\n')], 3);
    assert.deepEqual(seen, ['first', 'half', 'last']);
  });

  it('waits for a file that does not exist yet', async () => {
    const file = newFile();
    setTimeout(() => void writeFile(file, 'born\n'), 150);
    assert.deepEqual(await follow(file, [], 1), ['born']);
  });

  it('reads a file that was replaced or cut from its start', async () => {
    const file = newFile();
    await writeFile(file, 'old-1\nold-2\n');
    const replace = async () => {
      await writeFile(`${file}.new`, 'new-1, longer than all before\n');
      await rename(`${file}.new`, file);
    };
    const cut = async () => {
      await truncate(file, 0);
      await appendFile(file, 'c\n');
    };
    const seen = await follow(file, [async () => {}, async () => {}, replace, cut], 4);
    assert.deepEqual(seen, ['old-1', 'old-2', 'new-1, longer than all before', 'c']);
  });

  it('goes on through files that are sealed meanwhile', async () => {
    const file = newFile();
    await writeFile(file, '1\n2\n');
    const seal = async (name: string, ...lines: readonly string[]) => {
      // The follower was not there yet for the last line of the file that is sealed.
      await appendFile(file, `${lines[0]}\n`);
      await rename(file, join(dirname(file), name));
      if (lines.length > 1)
        await writeFile(
          file,
          lines
            .slice(1)
            .map((line) => `${line}\n`)
            .join(''),
        );
    };
    const first = () => seal('events.000001.jsonl', '3', '4');
    const second = () => seal('events.000002.jsonl', '5');
    const seen = await follow(
      file,
      [async () => {}, first, async () => {}, async () => {}, second, () => writeFile(file, '6\n')],
      6,
    );
    assert.deepEqual(seen, ['1', '2', '3', '4', '5', '6']);
  });

  it('reads lines longer than its buffer, and more than one per read', async () => {
    const file = newFile();
    const long = 'x'.repeat(150_000);
    await writeFile(file, `${long}\nshort\n${long}\n`);
    const seen: number[] = [];
    const { signal } = new AbortController();
    for await (const line of followLines(dirname(file), { follow: false, signal })) seen.push(line.length);
    assert.deepEqual(seen, [150_000, 5, 150_000]);
  });

  it('ends when it is told to while nothing happens', async () => {
    const file = newFile();
    await writeFile(file, '');
    const ended = new AbortController();
    setTimeout(() => ended.abort(), 50);
    for await (const line of followLines(dirname(file), { follow: true, signal: ended.signal }))
      assert.fail(line);
  });
});
