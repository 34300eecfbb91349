import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { REPOSITORY } from '../../../scripts/repository.mjs';
import { ARCHIVE_VECTORS, lastLine, withArchive } from './vector-files.ts';

const VERIFIERS = [
  {
    program: process.execPath,
    file: 'daemon/archive/standalone/verify.mjs',
    // What docs/ledger-format.md says that it leaves to others, so that it can be read in one sitting, and what it answers.
    leavesOut: new Map([
      ['a changed artifact', 'TAMPERED'],
      ['another review artifact', 'TAMPERED'],
      ['another artifact', 'UNANCHORED 16'],
      ['another pack', 'UNANCHORED 16'],
      ['a missing patch', 'UNANCHORED 16'],
      ['a file exchanged under a redaction', 'UNANCHORED 18'],
      ['line: keys not sorted', 'TRUNCATED'],
      ['a fork', 'TAMPERED at events.jsonl line 1'],
    ]),
  },
  { program: 'python3', file: 'scripts/verify_archive.py', leavesOut: new Map<string, string>() },
];

interface Answer {
  readonly exit: number | string | null | undefined;
  readonly lines: readonly string[];
}

/** Of the answers that are not those of the vectors. */
function exitOf(answer: string): number | undefined {
  if (answer.startsWith('TAMPERED')) return 6;
  if (answer === 'TRUNCATED') return 9;
  return answer.startsWith('UNANCHORED') ? 0 : undefined;
}

function run(program: string, args: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(program, args, { env: {}, encoding: 'utf8' }, (error, stdout, stderr) => {
      const exit = error === null ? 0 : error.code;
      resolve({ exit, lines: `${stdout}${stderr}`.trimEnd().split('\n') });
    });
  });
}

it('verify.mjs has 150 lines at most and needs nothing but Node', () => {
  const source = readFileSync(join(REPOSITORY, 'daemon/archive/standalone/verify.mjs'), 'utf8');
  assert.ok(source.split('\n').length - 1 <= 150);
  assert.deepEqual(
    [...source.matchAll(/from '([^']+)'/g)].filter(([, name]) => name?.startsWith('node:') !== true),
    [],
  );
});

for (const { program, file, leavesOut } of VERIFIERS) {
  const isAbsent = spawnSync(program, ['--version']).error !== undefined;
  const skip = isAbsent ? `${program} is not on this machine` : false;
  describe(file, { skip, concurrency: 2 }, () => {
    for (const vector of ARCHIVE_VECTORS) {
      const expected = leavesOut.get(vector.name) ?? lastLine(vector.expect);
      it(`${vector.name}: ${expected}`, () =>
        withArchive(vector, async (folder, scratch) => {
          const anchor = join(scratch, 'anchor');
          if (vector.anchor !== undefined) writeFileSync(anchor, vector.anchor);
          const given = [
            ...(vector.anchor === undefined ? [] : ['--anchor', anchor]),
            ...(vector.key === undefined ? [] : ['--key', vector.key]),
          ];
          const { exit, lines } = await run(program, [join(REPOSITORY, file), folder, ...given]);
          assert.equal(lines.at(-1), expected, lines.join('\n'));
          assert.equal(exit, exitOf(expected) ?? vector.expect.exit);
          assert.ok(
            lines.every((line) => /^[ -~]*$/.test(line)),
            'prints what came from the archive',
          );
        }));
    }
  });
}
