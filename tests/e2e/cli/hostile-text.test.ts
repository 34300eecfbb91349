import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCliUser, dataOf } from '../../helpers/cli-user.ts';

/** Clears the screen, sets the window's title, turns text around, hides some, and leaves its line. */
const HOSTILE = 'a\u001b[2J\u001b]0;title\u0007b\u202egnp.exe\u2066c\u009bd\u200fe\r\nf\u2028g\u{e0041}h';

/** Letters of it that show that the text is there at all. */
const SHOWN = /gnp\.exe/;

/** Line ends are the program's own; all else that a terminal obeys came from outside. */
const OBEYED = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u;

test('fault 14: what a terminal would obey is kept as it is in the log, and shown escaped by every verb', async (t) => {
  const user = await createCliUser(t);
  const attempt = ['attempt', 'T-2', '--run', 'T-2_20260101T000000Z_ab12', '--step', 'S1'];
  const failed = ['--result', 'FAIL', '--reason', 'COMMAND_FAILED', '--detail', HOSTILE, '--title', HOSTILE];
  await dataOf(user.reeve(...attempt, ...failed, '--json'));
  const log = readFileSync(join(user.folder, 'tasks/T-2/events.jsonl'), 'utf8').split('\n').slice(0, -1);
  const [opened] = log.map((line) => JSON.parse(line) as { readonly data: { readonly title: string } });
  assert.equal(opened?.data.title, HOSTILE);

  const verbs = [['status', '--all'], ['logs', 'T-2'], ['events'], ['why', 'T-2'], ['verify', 'T-2']];
  for (const verb of [...verbs, ['close', 'T-2', '--status', 'abandoned', '--detail', HOSTILE]]) {
    const { stdout, stderr } = await user.reeve(...verb);
    const lines = `${stdout}\n${stderr}`.split('\n');
    assert.deepEqual(
      lines.filter((line) => OBEYED.test(line)),
      [],
      verb[0],
    );
    if (verb[0] === 'status' || verb[0] === 'logs') assert.match(stdout, SHOWN, verb[0]);
  }
});

test('fault 14: neither report in an archive obeys text of a task', async (t) => {
  if (spawnSync('unzip', ['-v']).error !== undefined) return t.skip('unzip is not installed');
  const user = await createCliUser(t);
  const title = `${HOSTILE} <script>alert(1)</script> [x](javascript:alert(1))`;
  const attempt = ['attempt', 'T-2', '--run', 'T-2_20260101T000000Z_ab12', '--step', 'S1', '--title', title];
  await dataOf(
    user.reeve(...attempt, '--result', 'FAIL', '--reason', 'COMMAND_FAILED', '--detail', HOSTILE, '--json'),
  );
  const archive = join(user.home, 'a.zip');
  await dataOf(user.reeve('export', '--archive', archive, '--json'));
  for (const name of ['REPORT.md', 'report.html']) {
    const report = execFileSync('unzip', ['-p', archive, `*/${name}`], { encoding: 'utf8' });
    assert.match(report, SHOWN, name);
    assert.deepEqual(
      report.split('\n').filter((line) => OBEYED.test(line)),
      [],
      name,
    );
    assert.doesNotMatch(report, /<script>alert/, name);
  }
  return undefined;
});
