import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { EVENT_LOGS } from '../../../protocol/generated/event-types.ts';
import * as validators from '../../../protocol/generated/validators.js';

const text = (path: string) =>
  readFile(new URL(`../../../protocol/generated/${path}`, import.meta.url), 'utf8');

test('validators need nothing but themselves', async () => {
  assert.doesNotMatch(await text('validators.js'), /\b(require\(|import\b)/);
});

test('every event type has its log and its validator', () => {
  assert.deepEqual(Object.keys(validators.validateEventData).toSorted(), Object.keys(EVENT_LOGS).toSorted());
  assert.ok(Object.values(EVENT_LOGS).every((log) => log === 'project' || log === 'task'));
});

test('lengths count code points', () => {
  const config = (project: string) => ({ project: 'p', data_root: project });
  assert.equal(validators.validateConfig(config('😀'.repeat(1024))), true);
  assert.equal(validators.validateConfig(config('😀'.repeat(1025))), false);
});

test('a configuration with only a project and workers is complete', () => {
  const workers = {
    fix: { kind: 'command', command: ['true'], env: ['LANG'] },
    demo: { kind: 'scripted', scenario: 's.json' },
  };
  assert.equal(validators.validateConfig({ project: 'default', workers }), true);
  assert.equal(validators.validateConfig({ workers: { x: { kind: 'command', scenario: 's' } } }), false);
  assert.equal(validators.validateConfig({ retries: {} }), false);
});

test('no type is declared twice', async () => {
  const names = [...(await text('types.ts')).matchAll(/^export (?:type|interface) (\w+)/gm)].map(
    ([, name]) => name,
  );
  assert.ok(names.length > 60);
  assert.deepEqual(names, [...new Set(names)]);
  assert.deepEqual(
    names.filter((name) => /\d$/.test(String(name)) && name !== 'Sha256'),
    [],
  );
});

test('every property of a type is readonly', async () => {
  const writable = (await text('types.ts'))
    .split('\n')
    .filter((line) => /^\s+(['\w]+\??|\[k: string\]):/.test(line));
  assert.deepEqual(writable, []);
});
