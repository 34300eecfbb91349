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
    // What docs/ledger-format.md says that it leaves to others, so that it can be read in one sitting.
    leavesOut: [
      'a broken attestation',
      'an attestation of another archive',
      'another key beside it',
      'line: keys not sorted',
    ],
  },
  { program: 'python3', file: 'scripts/verify_archive.py', leavesOut: [] },
];

interface Answer {
  readonly exit: number | string | null | undefined;
  readonly lines: readonly string[];
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
    for (const vector of ARCHIVE_VECTORS.filter(({ name }) => !leavesOut.includes(name))) {
      it(`${vector.name}: ${lastLine(vector.expect)}`, () =>
        withArchive(vector, async (folder, scratch) => {
          const anchor = join(scratch, 'anchor');
          if (vector.anchor !== undefined) writeFileSync(anchor, vector.anchor);
          const given = [
            ...(vector.anchor === undefined ? [] : ['--anchor', anchor]),
            ...(vector.key === undefined ? [] : ['--key', vector.key]),
          ];
          const { exit, lines } = await run(program, [join(REPOSITORY, file), folder, ...given]);
          assert.equal(lines.at(-1), lastLine(vector.expect), lines.join('\n'));
          assert.equal(exit, vector.expect.exit);
          assert.ok(
            lines.every((line) => /^[ -~]*$/.test(line)),
            'prints what came from the archive',
          );
        }));
    }
  });
}
