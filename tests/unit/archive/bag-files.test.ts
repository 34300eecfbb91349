import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatInfo, formatManifest, parseInfo, parseManifest } from '../../../daemon/archive/bag-files.ts';

const DIGEST = 'ab'.repeat(32);

test('a manifest is read back as it was written, with the three encoded characters of RFC 8493', () => {
  const digests = ['data/a b', 'data/100%', 'data/two\nlines', 'data/cr\r', 'data/%0A'].map((path) => ({
    path,
    sha256: DIGEST,
  }));
  const text = formatManifest(digests);
  assert.match(text, /data\/100%25\n/);
  assert.match(text, /data\/two%0Alines\n/);
  assert.match(text, /data\/%250A\n/);
  assert.deepEqual(parseManifest(text), digests);
});

test('a manifest may have upper-case digests, tabs and any line ends', () => {
  const text = `${DIGEST.toUpperCase()}\tdata/x\r\n${DIGEST}   data/y`;
  assert.deepEqual(parseManifest(text), [
    { path: 'data/x', sha256: DIGEST },
    { path: 'data/y', sha256: DIGEST },
  ]);
  assert.deepEqual(parseManifest(''), []);
});

test('lines that are none are named by number', () => {
  assert.deepEqual(parseManifest(`${DIGEST}  data/x\n\nab  data/y\n${DIGEST}\n`), [
    { path: 'data/x', sha256: DIGEST },
    2,
    3,
    4,
  ]);
});

test('a description is read back, repeated and folded labels included', () => {
  const members = [
    ['Label', 'one'],
    ['Label', 'two: three'],
  ] as const;
  assert.deepEqual(parseInfo(formatInfo(members)), new Map([['Label', ['one', 'two: three']]]));
  assert.deepEqual(
    parseInfo('A: b\r\n  c\nnonsense\nB :d'),
    new Map([
      ['A', ['b c']],
      ['B', ['d']],
    ]),
  );
});
