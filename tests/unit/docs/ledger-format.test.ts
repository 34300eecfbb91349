import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { verdictExit } from '../../../cli/verify/verdict-exit.ts';
import { VERDICTS } from '../../../daemon/domain/ledger-verdict/verdict.ts';
import { findChainBreak } from '../../../protocol/chain.ts';
import { parseEventLine } from '../../../protocol/event-line.ts';
import { blocksOf, readPage, rowsOf, sectionOf } from './read-page.ts';

const page = readPage('docs/ledger-format.md');
const example = blocksOf(page).find(({ language }) => language === 'jsonl')?.text ?? '';

const lacks = (...programs: readonly string[]) =>
  programs.find((program) => spawnSync(program, ['--version']).error !== undefined);

function lay(t: TestContext, log: string): string {
  const project = mkdtempSync(join(tmpdir(), 'reeve-doc-'));
  t.after(() => rmSync(project, { recursive: true, force: true }));
  const folder = join(project, 'tasks/HELLO-1');
  mkdirSync(folder, { recursive: true });
  const head = { type: 'head.committed', data: { task_id: 'HELLO-1', seq: 2 } };
  writeFileSync(join(project, 'events.jsonl'), `${JSON.stringify(head)}\n`);
  writeFileSync(join(folder, 'events.jsonl'), log);
  return folder;
}

describe('docs/ledger-format.md', () => {
  it('shows a log whose lines hash and link', () => {
    const [first, second] = example.trimEnd().split('\n').map(parseEventLine);
    assert.ok(first !== undefined && second !== undefined);
    assert.equal(findChainBreak(null, first), null);
    assert.equal(findChainBreak(first, second), null);
    const described = rowsOf(sectionOf(page, 'A line')).flatMap(([members = '']) => members.split(', '));
    const present = Object.keys({ ...first, ...second });
    assert.deepEqual(described.toSorted(), [...present, 'run_id', 'step_id'].toSorted());
  });

  it('lists the answers of verify with their exit codes', () => {
    const rows = rowsOf(sectionOf(page, 'Verifying'));
    assert.deepEqual(
      rows.map(([answer = '']) => answer.split(' ')[0]),
      VERDICTS.toReversed(),
    );
    for (const [index, verdict] of VERDICTS.toReversed().entries()) {
      const exits = [false, true].map((strict) => verdictExit({ verdict, warnings: [] }, strict));
      assert.equal(rows[index]?.[2], [...new Set(exits)].join(', with --strict '), verdict);
    }
  });

  it('gives shell lines that work on a log', (t) => {
    const absent = lacks('jq', 'sha256sum', 'sed');
    if (absent !== undefined) return t.skip(`${absent} is not on this machine`);
    const cwd = lay(t, example);
    const [follow = '', hash = ''] = blocksOf(sectionOf(page, 'By hand')).flatMap(({ language, text }) =>
      language === 'sh' ? [text] : [],
    );
    const followed = spawnSync('sh', ['-euc', follow], { cwd, encoding: 'utf8' });
    assert.equal(followed.status, 0, followed.stderr);
    assert.match(followed.stdout, /^2\t2026-01-01T00:00:00\.001Z\ttask\.closed$/m);
    const hashed = spawnSync('sh', ['-euc', hash], { cwd, encoding: 'utf8' });
    const [claimed, computed] = hashed.stdout.trimEnd().split('\n');
    assert.match(String(claimed), /^[0-9a-f]{64}$/);
    assert.equal(claimed, computed);
  });

  it('gives a Python program that accepts the log and names the line that was changed, dropped or moved', (t) => {
    if (lacks('python3') !== undefined) return t.skip('python3 is not on this machine');
    const program = blocksOf(page).find(({ language }) => language === 'python')?.text ?? '';
    const check = (log: string) => {
      const { stdout, stderr, status } = spawnSync(
        'python3',
        ['-c', program, join(lay(t, log), 'events.jsonl')],
        {
          encoding: 'utf8',
        },
      );
      return { status, said: `${stdout}${stderr}`.trim() };
    };
    const [first = '', second = ''] = example.split('\n');
    const { event_hash: head } = parseEventLine(second);
    assert.deepEqual(check(example), { status: 0, said: `2 lines, head ${head}` });
    assert.deepEqual(check(example.replace('Say hello', 'Say hullo')), {
      status: 1,
      said: 'line 1: not what was written',
    });
    assert.deepEqual(check(`${second}\n`), { status: 1, said: 'line 1: does not follow the line before' });
    assert.deepEqual(check(`${first}\n${first}\n`), {
      status: 1,
      said: 'line 2: does not follow the line before',
    });
  });
});
