import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { splitFields } from '../../../daemon/workspace/git-fields.ts';
import { parseRawDiff } from '../../../daemon/workspace/parse-raw-diff.ts';

const [a, b, zero] = ['a'.repeat(40), 'b'.repeat(40), '0'.repeat(40)];
const raw = (...fields: readonly string[]): Buffer =>
  Buffer.from(fields.map((field) => `${field}\0`).join(''));

test('reads no output as no change', () => {
  assert.deepEqual(parseRawDiff(Buffer.alloc(0)), []);
});

test('tells content from mode and from type', () => {
  const output = raw(
    `:100644 100755 ${a} ${a} M`,
    'mode',
    `:100644 100755 ${a} ${b} M`,
    'both',
    `:100644 120000 ${a} ${b} T`,
    'type',
  );
  assert.deepEqual(
    parseRawDiff(output).map(({ path, status }) => [path, status]),
    [
      ['mode', 'mode_changed'],
      ['both', 'modified'],
      ['type', 'type_changed'],
    ],
  );
});

test('names the source of an exact rename, each source once', () => {
  const output = raw(
    `:100644 000000 ${a} ${zero} D`,
    'old',
    `:000000 100644 ${zero} ${a} A`,
    'new1',
    `:000000 100644 ${zero} ${a} A`,
    'new2',
    `:000000 100644 ${zero} ${b} A`,
    'new3',
  );
  assert.deepEqual(
    parseRawDiff(output).map(({ renamed_from }) => renamed_from),
    [null, 'old', null, null],
  );
});

test('refuses output of another format', () => {
  assert.throws(() => parseRawDiff(raw('not raw', 'x')), /unknown raw format/);
  assert.throws(() => parseRawDiff(raw(`:100644 100755 ${a} ${a} M`)), /unknown raw format/);
});

test('splits any paths at the NUL alone', () => {
  const path = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(fc.array(path), (paths) => {
      const fields = splitFields(raw(...paths));
      assert.deepEqual(
        fields.map(({ text }) => text),
        paths,
      );
      assert.ok(fields.every(({ isUtf8 }) => isUtf8));
    }),
  );
});

test('never fails on bytes that are not UTF-8', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      for (const field of splitFields(Buffer.from(bytes)))
        assert.ok(field.isUtf8 || field.text.includes('\\x'));
    }),
  );
});
