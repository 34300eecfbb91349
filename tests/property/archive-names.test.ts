import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foldName, isPortablePath, originalPath, portableNames } from '../../daemon/archive/portable-name.ts';
import { pathProblems } from '../../protocol/paths.ts';
import { ODD_NAMES } from '../helpers/archive-fixture.ts';

/** Names that a POSIX file system can hold. */
const name = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 60, unit: 'binary' }),
    fc.string({
      minLength: 1,
      maxLength: 8,
      unit: fc.constantFrom('a', 'A', '.', ' ', '=', '%', 'é', 'e\u0301', ':', '2'),
    }),
    fc.constantFrom(...ODD_NAMES),
  )
  .map((text) => text.replaceAll(/[/\0\ufffd]/g, '_').toWellFormed())
  .filter((text) => text !== '.' && text !== '..' && Buffer.byteLength(text) <= 255);

const names = fc.uniqueArray(name, { minLength: 1, maxLength: 12 });

test('a portable name gives the original back', () => {
  fc.assert(
    fc.property(names, (originals) => {
      for (const [original, spelled] of portableNames(originals))
        assert.equal(originalPath(spelled), original);
    }),
  );
});

test('portable names are usable and unambiguous on every system, and need no encoding in a manifest', () => {
  fc.assert(
    fc.property(names, (originals) => {
      const spelled = [...portableNames(originals).values()];
      assert.equal(new Set(spelled.map(foldName)).size, spelled.length);
      for (const path of spelled) {
        assert.deepEqual(pathProblems(path, ''), []);
        assert.doesNotMatch(path, /[%\r\n"*<>?|]/);
        assert.ok(path.split('/').every((part) => Buffer.byteLength(part) <= 255));
      }
    }),
  );
});

test('spelling depends neither on order nor on chance', () => {
  fc.assert(
    fc.property(names, (originals) => {
      const reversed = portableNames(originals.toReversed());
      for (const [original, spelled] of portableNames(originals))
        assert.equal(reversed.get(original), spelled);
    }),
  );
});

test('whatever an archive spells, no original path leaves its folder', () => {
  const spelled = fc.string({ maxLength: 30, unit: fc.constantFrom('=', '2', 'E', 'F', '/', '.', 'a', '0') });
  fc.assert(
    fc.property(spelled, (text) => {
      const path = originalPath(text);
      if (path === null) return;
      assert.ok(
        path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\0')),
      );
    }),
    { numRuns: 2000 },
  );
});

test('ordinary names stay as they are', () => {
  for (const plain of ['events.jsonl', 'a b.txt', 'ünïcode', '.hidden', 'x'.repeat(255), 'a-b_c.d']) {
    assert.equal(portableNames([plain]).get(plain), plain);
    assert.ok(isPortablePath(`folder/${plain}`));
  }
  assert.equal(isPortablePath('folder/a:b'), false);
});
