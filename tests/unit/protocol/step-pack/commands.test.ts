import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, MINIMAL, normalise, problemsOf, warningsOf } from '../minimal-pack.ts';

test('the two lists are never filled from each other', () => {
  assert.deepEqual(accepted().commands, { allowed: [], required: MINIMAL.commands_to_run });
  const gates = [{ gate_id: 'G', type: 'qa_scope_guard_review', target_ac: ['AC1'] }];
  assert.deepEqual(accepted({ commands: ['x'], commands_to_run: undefined, gates }).commands, {
    allowed: ['x'],
    required: [],
  });
});

test('what a worker may run is guidance and may hold anything', () => {
  const commands = ['rm <file> && x | y # really', "open 'quote"];
  assert.deepEqual(accepted({ commands }).commands.allowed, commands);
});

test('what the controller runs must be plain command lines', () => {
  const parsed = normalise({ commands_to_run: ['ok', 'a && b', "c 'd", ''] });
  assert.deepEqual(problemsOf(parsed), ['OUT_OF_BOUNDS /commands_to_run/3']);
  const lines = normalise({ commands_to_run: ['ok', 'a && b', "c 'd", ' '] });
  assert.deepEqual(problemsOf(lines), [
    'COMMAND_SHELL_SYNTAX /commands_to_run/1',
    'COMMAND_QUOTING /commands_to_run/2',
    'COMMAND_EMPTY /commands_to_run/3',
  ]);
});

test('warns of what is passed on as it stands', () => {
  assert.ok(
    warningsOf(normalise({ commands_to_run: ['ls *.md'] })).includes('COMMAND_LITERAL /commands_to_run/0'),
  );
});

test('commands may be an object with both lists, which must agree with commands_to_run', () => {
  const commands = { allowed: ['x'], required: MINIMAL.commands_to_run };
  assert.deepEqual(accepted({ commands }).commands, commands);
  assert.deepEqual(accepted({ commands, commands_to_run: undefined }).commands, commands);
  assert.deepEqual(problemsOf(normalise({ commands: { required: ['y'] } })), [
    'ALIAS_CONFLICT /commands_to_run',
  ]);
});

test('at most a hundred required commands', () => {
  assert.deepEqual(problemsOf(normalise({ commands_to_run: Array(101).fill('a') })), [
    'OUT_OF_BOUNDS /commands_to_run',
  ]);
});

test('ill-typed commands are told once', () => {
  for (const commands of [1, 'x', null])
    assert.deepEqual(problemsOf(normalise({ commands })), ['WRONG_TYPE /commands']);
});
