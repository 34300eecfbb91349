import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCompleteJson } from '../../protocol/json-nesting.ts';
import { parseStrictJson } from '../../protocol/strict-json.ts';

const jsonText = fc.jsonValue().map((value) => JSON.stringify(value));
const fragment = fc.constantFrom(
  ...'{}[],:"\\a10-.eE+ \n\t\r\u0001\u00a0\u2028é/',
  'true',
  'null',
  '"a"',
  '\\u',
  '\\u0041',
  '//',
  '/*',
  '*/',
  '12',
  '1e5',
  '\uFEFF',
);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('gives exactly the value of JSON.parse when it gives one', () => {
  fc.assert(
    fc.property(jsonText, (text) => {
      const parsed = parseStrictJson(Buffer.from(text));
      if (parsed.ok) assert.deepEqual(parsed.value, JSON.parse(text));
      else
        assert.ok(
          parsed.problems.every(({ code }) => code !== 'NOT_JSON'),
          JSON.stringify(parsed.problems),
        );
    }),
    { numRuns: 500 },
  );
});

test('finds a syntax error exactly where JSON.parse finds one', () => {
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 8 }), (parts) => {
      const text = parts.join('');
      fc.pre(!text.startsWith('\uFEFF'));
      const parsed = parseStrictJson(Buffer.from(text));
      assert.equal(
        !parsed.ok && parsed.problems.some(({ code }) => code === 'NOT_JSON'),
        !isJson(text),
        JSON.stringify(text),
      );
    }),
    { numRuns: 5000 },
  );
});

test('no beginning of a document passes for the whole', () => {
  fc.assert(
    fc.property(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())), (value) => {
      const bytes = Buffer.from(JSON.stringify(value));
      assert.equal(isCompleteJson(bytes), true);
      for (let end = 0; end < bytes.length; end++)
        assert.equal(isCompleteJson(bytes.subarray(0, end)), false);
    }),
  );
});
