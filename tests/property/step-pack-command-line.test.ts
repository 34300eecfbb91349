import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCommandLine } from '../../protocol/command-line.ts';

const hasShell = spawnSync('sh', ['-c', ':']).status === 0;
const piece = fc.constantFrom(
  'a',
  'b c',
  "'",
  '"',
  '\\',
  ' ',
  '\t',
  '\\\n',
  '$',
  '`',
  ';',
  '&&',
  '|',
  '-x',
  '=',
  '#',
  '{}',
  '!',
  'é',
  "'q r'",
  '"s t"',
  '\\"',
  "\\'",
  '\\$',
  '%',
  '~',
  '*',
);

/** What a POSIX shell makes of many lines at once: NUL between words, and a line's end marked. */
function shellWords(lines: readonly string[]): readonly (readonly string[])[] {
  const script = [
    'set -f',
    'show() { printf "%s\\0" "$@"; printf "\\001\\0"; }',
    ...lines.map((line) => `show ${line}`),
  ].join('\n');
  const run = spawnSync('sh', ['-c', script], { encoding: 'utf8', env: { HOME: '~' }, maxBuffer: 1e8 });
  assert.equal(run.status, 0, run.stderr);
  return run.stdout
    .split('\u0001\0')
    .slice(0, -1)
    .map((words) => words.split('\0').slice(0, -1));
}

test(
  'an accepted line has the words that a POSIX shell makes of it',
  { skip: hasShell ? false : 'there is no sh' },
  () => {
    const accepted = fc
      .sample(fc.array(piece, { minLength: 1, maxLength: 10 }), { numRuns: 20_000, seed: 7 })
      // A line continued right after a dollar sign would let the shell see an expansion that no text holds.
      .filter((parts) => !parts.join('').includes('$\\\n'))
      .map((parts) => ({ line: parts.join(''), parsed: parseCommandLine(parts.join('')) }))
      .flatMap(({ line, parsed }) =>
        parsed.ok && parsed.warnings.length === 0 ? [{ line, words: parsed.value }] : [],
      );
    assert.ok(accepted.length > 2000, String(accepted.length));
    const expected = shellWords(accepted.map(({ line }) => line));
    for (const [index, { line, words }] of accepted.entries())
      assert.deepEqual(words, expected[index], JSON.stringify(line));
  },
);

test('quoted words come back as they were', () => {
  const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (words) => {
      fc.pre(words[0] !== '' && !/^[A-Za-z_]\w*=/.test(String(words[0])));
      assert.deepEqual(parseCommandLine(words.map(quote).join(' ')), {
        ok: true,
        value: words,
        warnings: [],
      });
    }),
  );
});
