import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandLine } from '../../../protocol/command-line.ts';
import { problemsOf } from './minimal-pack.ts';

function assertWords(line: string, words: readonly string[]): void {
  assert.deepEqual(parseCommandLine(line), { ok: true, value: words, warnings: [] });
}

test('splits at blanks and joins what is adjacent', () => {
  assertWords('git status --short', ['git', 'status', '--short']);
  assertWords('  a\t b  ', ['a', 'b']);
  assertWords(`a'b c'"d e"f`, ['ab cd ef']);
  assertWords(`a '' ""`, ['a', '', '']);
});

test('single quotes keep everything as it is, also before double ones', () => {
  assertWords(String.raw`'a\\b'"c"`, [String.raw`a\\bc`]);
  assertWords(String.raw`'\"$x && y'`, [String.raw`\"$x && y`]);
});

test('a backslash in double quotes escapes only what POSIX says', () => {
  assertWords(String.raw`"a\$b\"c\\d\xe"` + ' "f\\`g"', [String.raw`a$b"c\d\xe`, 'f`g']);
});

test('a backslash outside quotes takes the next character as it is', () => {
  assertWords(String.raw`find . -exec {} \; a\ b`, ['find', '.', '-exec', '{}', ';', 'a b']);
});

test('a continued line is one line', () => {
  assertWords('a\\\nb \\\n c "d\\\ne"', ['ab', 'c', 'de']);
});

test('shell operators outside quotes are a problem that says what to do', () => {
  const lines = [
    'a && b',
    'a || b',
    'a; b',
    'a | b',
    'a > f',
    'a >> f',
    'a < f',
    'a << f',
    'a &',
    'a `b`',
    'a $(b)',
    '(a)',
    'a\nb',
    'a\\\\\nb',
    'a&&b',
  ];
  for (const line of lines) {
    const parsed = parseCommandLine(line, '/commands_to_run/0');
    assert.ok(!parsed.ok, line);
    assert.deepEqual(problemsOf(parsed), ['COMMAND_SHELL_SYNTAX /commands_to_run/0'], line);
    assert.match(String(parsed.problems[0]?.hint), /sh -c/);
  }
});

test('the operators are named', () => {
  const parsed = parseCommandLine('a && b || c; d\n');
  assert.ok(!parsed.ok);
  assert.match(String(parsed.problems[0]?.message), /uses && \|\| ; a line break\./);
});

test('operators inside quotes are text', () => {
  assertWords(`sh -c 'a && b | c > d; $(e)'`, ['sh', '-c', 'a && b | c > d; $(e)']);
  assertWords('python -c "a; b | c"', ['python', '-c', 'a; b | c']);
});

test('refuses an open quote and a backslash at the end', () => {
  for (const line of [`a 'b`, 'a "b', 'a "b\\"', 'a \\'])
    assert.deepEqual(problemsOf(parseCommandLine(line)), ['COMMAND_QUOTING '], line);
});

test('refuses a command without a program', () => {
  for (const line of ['', '  \t', `''`, `"" a`])
    assert.deepEqual(problemsOf(parseCommandLine(line)), ['COMMAND_EMPTY '], line);
});

test('refuses a comment, and a variable set before the program', () => {
  assert.deepEqual(problemsOf(parseCommandLine('a # b')), ['COMMAND_SHELL_SYNTAX ']);
  assert.deepEqual(problemsOf(parseCommandLine('A=1 b')), ['COMMAND_SHELL_SYNTAX ']);
  assertWords('a b#c d=1 e~', ['a', 'b#c', 'd=1', 'e~']);
  assertWords(`a '#'`, ['a', '#']);
});

test('warns of what a shell would expand and passes it on as it stands', () => {
  const parsed = parseCommandLine('ls *.ts ~/a a~ ?x $HOME "$USER ${x} $1 `y` $(z)" $ a$');
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.value, [
    'ls',
    '*.ts',
    '~/a',
    'a~',
    '?x',
    '$HOME',
    '$USER ${x} $1 `y` $(z)',
    '$',
    'a$',
  ]);
  const shown = parsed.warnings.map(({ code, message }) => `${code} ${message.split(' ')[3]}`);
  assert.deepEqual(
    shown,
    ['*', '~', '?', '$HOME', '$USER', '${', '$1', '`…`', '$('].map((text) => `COMMAND_LITERAL ${text}`),
  );
});

test('tells all that is wrong at once', () => {
  assert.deepEqual(problemsOf(parseCommandLine(`A=1 b | c # "`)).length, 4);
});
