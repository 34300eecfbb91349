import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCompleteJson, measureNesting } from '../../../protocol/json-nesting.ts';
import { parseStrictJson } from '../../../protocol/strict-json.ts';
import { problemsOf } from './minimal-pack.ts';

const parse = (text: string) => parseStrictJson(Buffer.from(text));
const messages = (text: string) => {
  const parsed = parse(text);
  return parsed.ok ? [] : parsed.problems.map(({ message }) => message);
};

test('gives the value of sound JSON', () => {
  assert.deepEqual(parse(' {"a":[1,-2.5e3,"ü\\u00e9\\n",null,true],"":{}}\n'), {
    ok: true,
    value: { a: [1, -2500, 'üé\n', null, true], '': {} },
    warnings: [],
  });
});

test('refuses a file over the bound without reading it', () => {
  assert.deepEqual(problemsOf(parseStrictJson(new Uint8Array(1024 * 1024 + 1))), ['TOO_LARGE ']);
  assert.deepEqual(problemsOf(parseStrictJson(Buffer.from('[1,2]'), { maxBytes: 4 })), ['TOO_LARGE ']);
  assert.equal(parseStrictJson(Buffer.from('[1,2]'), { maxBytes: 5 }).ok, true);
});

test('refuses bytes that are not UTF-8', () => {
  const cases = [
    [0x22, 0xff, 0x22],
    [0x22, 0xc0, 0x80, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0xff, 0xfe, 0x7b, 0],
  ];
  for (const bytes of cases)
    assert.deepEqual(problemsOf(parseStrictJson(Uint8Array.from(bytes))), ['NOT_UTF8 ']);
});

test('refuses a byte order mark and still tells what else is wrong', () => {
  assert.deepEqual(problemsOf(parse('\uFEFF{"a":1}')), ['BYTE_ORDER_MARK ']);
  assert.deepEqual(problemsOf(parse('\uFEFF{"a":1,"a":1}')), ['BYTE_ORDER_MARK ', 'DUPLICATE_KEY /a']);
});

test('refuses deep nesting without overflowing, whatever the depth', () => {
  for (const depth of [65, 100_000]) {
    assert.deepEqual(problemsOf(parse('['.repeat(depth) + ']'.repeat(depth))), ['TOO_DEEP ']);
    assert.deepEqual(problemsOf(parse('{"a":'.repeat(depth) + '1' + '}'.repeat(depth))), ['TOO_DEEP ']);
    assert.deepEqual(problemsOf(parse('['.repeat(depth))), ['TOO_DEEP ']);
  }
  assert.equal(parse('['.repeat(64) + ']'.repeat(64)).ok, true);
  assert.deepEqual(problemsOf(parseStrictJson(Buffer.from('[[1]]'), { maxDepth: 1 })), ['TOO_DEEP ']);
});

test('brackets inside strings are text', () => {
  assert.equal(parse(JSON.stringify({ a: '[{'.repeat(1000) + '\\"]"' })).ok, true);
});

test('names line and column of a syntax error', () => {
  assert.deepEqual(messages('{\n  "a": 1,\n  b: 2\n}').slice(0, 1), [
    'Not JSON: invalid symbol at line 3, column 3.',
  ]);
  assert.deepEqual(messages(''), ['Not JSON: value expected at line 1, column 1.']);
});

test('refuses what only lenient readers take', () => {
  const texts = [
    '{"a":1,}',
    '[1 2]',
    '// c\n{}',
    '{}/* */',
    "{'a':1}",
    '{} {}',
    'NaN',
    '[01]',
    '[+1]',
    '[.5]',
    '["\t"]',
    '["\\x"]',
    'nul',
    '{"a"}',
  ];
  for (const text of texts) assert.ok(problemsOf(parse(text)).includes('NOT_JSON '), text);
});

test('tells at most twenty syntax errors', () => {
  assert.equal(messages('[' + 'x,'.repeat(100) + ']').length, 20);
});

test('finds every duplicate key where it stands', () => {
  const text = '{"a":1,"b":[{"x/y":1,"x\\/y":2}],"a":{"a":3},"a":4}';
  assert.deepEqual(problemsOf(parse(text)), [
    'DUPLICATE_KEY /b/0/x~1y',
    'DUPLICATE_KEY /a',
    'DUPLICATE_KEY /a',
  ]);
});

test('keys that objects inherit are plain keys and reach no prototype', () => {
  const parsed = parse('{"__proto__":{"polluted":1},"constructor":2,"toJSON":3}');
  assert.ok(parsed.ok);
  assert.deepEqual(Object.keys(parsed.value as object), ['__proto__', 'constructor', 'toJSON']);
  assert.equal(Object.getPrototypeOf(parsed.value), Object.prototype);
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  assert.deepEqual(problemsOf(parse('{"__proto__":1,"__proto__":2}')), ['DUPLICATE_KEY /__proto__']);
});

test('refuses numbers that cannot be held exactly', () => {
  for (const text of ['9007199254740993', '-9007199254740993', '1e400', '1e30']) {
    assert.deepEqual(problemsOf(parse(`{"n":[${text}]}`)), ['NUMBER_UNSAFE /n/0'], text);
  }
  assert.equal(parse('[9007199254740991,0.1,1e-400,-0]').ok, true);
});

test('refuses lone surrogates and NUL in values and keys', () => {
  assert.deepEqual(problemsOf(parse('{"a":"\\ud800","\\udc00":1}')), [
    'NOT_UNICODE /a',
    'NOT_UNICODE /\udc00',
  ]);
  assert.deepEqual(problemsOf(parse('{"a":"x\\u0000","b\\u0000":1}')), [
    'NUL_CHARACTER /a',
    'NUL_CHARACTER /b\0',
  ]);
  assert.equal(parse('["\\ud83d\\ude00"]').ok, true);
});

test('a document is complete when its outermost bracket is closed', () => {
  for (const text of ['{}', ' [1] \r\n\t', '{"a":"}"}', '{"a":"\\"}"}']) {
    assert.equal(isCompleteJson(Buffer.from(text)), true, text);
  }
  for (const text of ['', '{', '{"a":"}', '{"a":"\\"}', '[[1]', '12', '"a"', '{} x', ']', '{"a":1}{']) {
    assert.equal(isCompleteJson(Buffer.from(text)), false, text);
  }
});

test('a million open brackets are counted, not followed', () => {
  assert.equal(measureNesting(Buffer.from('['.repeat(1_000_000))).maxDepth, 1_000_000);
});
