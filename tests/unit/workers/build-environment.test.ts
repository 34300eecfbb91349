import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildEnvironment } from '../../../daemon/workers/build-environment.ts';

const LINUX = { allow: [], set: {}, platform: 'linux' } as const;

test('passes on the fixed names and the locale, and nothing else', () => {
  const host = {
    PATH: '/bin',
    HOME: '/h',
    LANG: 'C',
    LC_TIME: 'C',
    TZ: 'UTC',
    OPENAI_API_KEY: 'k',
    LD_PRELOAD: '/x',
  };
  assert.deepEqual(buildEnvironment(host, LINUX), {
    TERM: 'dumb',
    PATH: '/bin',
    HOME: '/h',
    LANG: 'C',
    LC_TIME: 'C',
    TZ: 'UTC',
  });
});

test('never passes on a name that is not allowed, whatever the host has', () => {
  const known = /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TEMP|TMP|LANG|TZ|TERM|LC_.*)$/;
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), (host) => {
      assert.ok(Object.keys(buildEnvironment(host, LINUX)).every((name) => known.test(name)));
    }),
  );
});

test('passes on what a profile names, but never git or Reeve variables', () => {
  const host = { ANTHROPIC_API_KEY: 'k', GIT_DIR: '/else', REEVE_TOKEN: 't' };
  const allow = ['ANTHROPIC_API_KEY', 'GIT_DIR', 'REEVE_TOKEN', 'ABSENT'];
  assert.deepEqual(buildEnvironment(host, { ...LINUX, allow }), { TERM: 'dumb', ANTHROPIC_API_KEY: 'k' });
});

test('lets what is set win over what is passed on', () => {
  const set = { HOME: '/mine', REEVE_TASK_ID: 'T-1' };
  assert.deepEqual(buildEnvironment({ HOME: '/h' }, { ...LINUX, set }), { TERM: 'dumb', ...set });
});

test('knows names without regard to case on Windows, and only there', () => {
  const host = { Path: 'C:\\bin', systemroot: 'C:\\Windows', Git_Dir: 'x', my_key: 'v' };
  const options = { allow: ['MY_KEY', 'GIT_DIR'], set: {} };
  assert.deepEqual(buildEnvironment(host, { ...options, platform: 'win32' }), {
    TERM: 'dumb',
    PATH: 'C:\\bin',
    SystemRoot: 'C:\\Windows',
    MY_KEY: 'v',
  });
  assert.deepEqual(buildEnvironment(host, { ...options, platform: 'linux' }), { TERM: 'dumb' });
});
