import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  canonicalJson,
  MAX_JSON_DEPTH,
  parseCanonical,
  toCanonical,
} from '../../../protocol/canonical-json.ts';

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

describe('canonicalJson', () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    [
      'sorts keys by UTF-16 code units',
      { '€': 1, '\r': 2, ﬁ: 3, '😀': 4, ö: 5, a: 6 },
      '{"\\r":2,"a":6,"ö":5,"€":1,"😀":4,"ﬁ":3}',
    ],
    ['keeps the order of keys that are sorted already', { a: 1, b: 2 }, '{"a":1,"b":2}'],
    ['sorts keys like numbers as strings', { 9: 'b', 10: 'a', x: 1 }, '{"10":"a","9":"b","x":1}'],
    [
      'sorts many keys',
      Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`k${99 - n}`, n])),
      `{${Array.from({ length: 40 }, (_, n) => `"k${60 + n}":${39 - n}`).join(',')}}`,
    ],
    ['leaves out members that are undefined', { a: undefined, b: 1 }, '{"b":1}'],
    ['writes numbers as ECMAScript does', [1e21, 1.0, 0.000001, 1e-7, -0], '[1e+21,1,0.000001,1e-7,0]'],
    ['escapes no more than it must', '\u0000\b"\\/\u007f\u2028é😀', '"\\u0000\\b\\"\\\\/\u007f\u2028é😀"'],
    [
      'takes objects without a prototype',
      Object.assign(Object.create(null) as object, { a: null }),
      '{"a":null}',
    ],
    [
      'keeps data that is named like object members',
      JSON.parse('{"toJSON":1,"__proto__":{"x":true}}'),
      '{"__proto__":{"x":true},"toJSON":1}',
    ],
    ['keeps a text that looks like an escape', '\\ud800', '"\\\\ud800"'],
    [
      'nests as deep as it may',
      nested(MAX_JSON_DEPTH),
      '['.repeat(MAX_JSON_DEPTH) + ']'.repeat(MAX_JSON_DEPTH),
    ],
  ];
  for (const [name, value, text] of cases) {
    it(name, () => assert.equal(canonicalJson(value), text));
  }

  const cycle: unknown[] = [];
  cycle.push(cycle);
  const refused: readonly (readonly [string, unknown])[] = [
    ['NaN', Number.NaN],
    ['an infinity', [Number.POSITIVE_INFINITY]],
    ['a hole in an array', Array.from({ length: 1, 0: 1 }).concat(new Array(1))],
    ['undefined in an array', [undefined]],
    ['a big integer', 1n],
    ['a function', { toJSON: () => 1 }],
    ['a symbol', Symbol('x')],
    ['a class instance', { at: new Date(0) }],
    ['half of a surrogate pair', 'a\ud800b'],
    ['half of a surrogate pair in a key', { '\udc00': 1 }],
    ['a cycle', cycle],
    ['nesting beyond the limit', nested(MAX_JSON_DEPTH + 1)],
  ];
  for (const [name, value] of refused) {
    it(`refuses ${name}`, () => assert.throws(() => canonicalJson(value), { code: 'LINE_INVALID' }));
  }
});

describe('toCanonical', () => {
  it('copies, so that later changes do not show', () => {
    const value = { list: [{ a: 1 }] };
    const form = toCanonical(value);
    value.list[0]!.a = 2;
    assert.deepEqual(form.value, { list: [{ a: 1 }] });
  });

  it('does not pollute a prototype', () => {
    const { value } = toCanonical(JSON.parse('{"__proto__":{"polluted":true}}'));
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    assert.deepEqual(Object.keys(value as object), ['__proto__']);
  });
});

describe('parseCanonical', () => {
  it('gives back the value of a canonical text', () => {
    assert.deepEqual(parseCanonical('{"10":[1,"é"],"9":null}'), { 9: null, 10: [1, 'é'] });
  });

  const refused: readonly (readonly [string, string])[] = [
    ['fault 1: duplicate keys', '{"a":1,"a":1}'],
    ['fault 2: 1.0', '1.0'],
    ['fault 2: -0', '-0'],
    ['fault 2: 1E3', '1E3'],
    ['fault 2: 1e400', '1e400'],
    ['fault 2: an integer beyond 2^53', '9007199254740993'],
    ['fault 3: half of a surrogate pair', '"\\ud800"'],
    ['fault 5: a byte order mark', '\uFEFF{}'],
    ['fault 5: a carriage return', '{}\r'],
    ['fault 6: unsorted keys', '{"b":1,"a":1}'],
    ['fault 6: spaces', '{"a": 1}'],
    ['fault 9: depth 200,000', '['.repeat(200_000) + ']'.repeat(200_000)],
    ['fault 12: nothing', ''],
    ['needless escapes', '"\\u0061"'],
    ['text that is no JSON', '{a:1}'],
  ];
  for (const [name, text] of refused) {
    it(`refuses ${name}`, () => assert.throws(() => parseCanonical(text), { code: 'LINE_INVALID' }));
  }
});
