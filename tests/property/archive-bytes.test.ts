import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { verifyArchive } from '../../daemon/archive/verify-archive.ts';
import { exportTo } from '../helpers/archive-fixture.ts';
import { makeProject, scratchFolder } from '../helpers/ledger-fixture.ts';

type Report = Awaited<ReturnType<typeof verifyArchive>>;

const root = scratchFolder();
const changed = join(root, 'changed.zip');
let sound: Buffer = Buffer.alloc(0);
let facts: unknown = null;

before(async () => {
  const file = join(root, 'p.zip');
  await exportTo(await makeProject(root, { 'T-1': 3, 'T-2': 2 }), file);
  sound = readFileSync(file);
  const report = await verifyArchive({ file });
  assert.ok(report.ok);
  facts = factsOf(report);
});

/**
 * Offsets in one central header that no reader takes content, names or types from: the system and version it was made
 * by and is needed for, the disk it begins on, the text flag, DOS attributes (but for the folder bit) and permissions.
 */
const HARMLESS_CENTRAL: ReadonlySet<number> = new Set([4, 5, 6, 7, 34, 35, 36, 37, 38, 39, 40, 41]);

/** And in a local header: the version needed. */
const HARMLESS_LOCAL: ReadonlySet<number> = new Set([4, 5]);

test('any changed byte is refused, or one that nothing is read from', async () => {
  const harmless = harmlessOffsets(sound);
  const change = fc.record({
    at: fc.integer({ min: 0, max: sound.length - 1 }),
    mask: fc.integer({ min: 1, max: 255 }),
  });
  await fc.assert(
    fc.asyncProperty(change, async ({ at, mask }) => {
      const report = await verifyChanged((bytes) => bytes.writeUInt8(bytes.readUInt8(at) ^ mask, at));
      if (!harmless.has(at)) assert.equal(report.ok, false, `byte ${at} of ${sound.length}`);
      else if (report.ok) assert.deepEqual(factsOf(report), facts);
    }),
    { numRuns: 400 },
  );
});

test('every byte of the headers is refused when changed, or one that nothing is read from', async () => {
  const harmless = harmlessOffsets(sound);
  for (const at of [...headerOffsets(sound)].filter((offset) => !harmless.has(offset))) {
    const report = await verifyChanged((bytes) => bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at));
    assert.equal(report.ok, false, `byte ${at} of ${sound.length}`);
  }
});

test('any cut, and anything added or removed, is refused', async () => {
  const edit = fc.record({
    at: fc.integer({ min: 0, max: sound.length - 1 }),
    removed: fc.integer({ min: 0, max: 64 }),
    added: fc.uint8Array({ maxLength: 64 }),
  });
  await fc.assert(
    fc.asyncProperty(edit, async ({ at, removed, added }) => {
      const bytes = Buffer.concat([sound.subarray(0, at), added, sound.subarray(at + removed)]);
      // The same bytes, or others of the same number: the first property's part.
      if (bytes.length === sound.length) return;
      writeFileSync(changed, bytes);
      assert.equal((await verifyArchive({ file: changed })).ok, false);
    }),
    { numRuns: 200 },
  );
});

test('whatever the file holds, verification answers', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      writeFileSync(changed, bytes);
      assert.equal((await verifyArchive({ file: changed })).ok, false);
    }),
    { numRuns: 100 },
  );
});

async function verifyChanged(change: (bytes: Buffer) => void): Promise<Report> {
  const bytes = Buffer.from(sound);
  change(bytes);
  writeFileSync(changed, bytes);
  return verifyArchive({ file: changed });
}

function factsOf({ archive_id, project_id, heads, files }: Report): unknown {
  return { archive_id, project_id, heads, files };
}

function* headers(
  bytes: Buffer,
): Generator<{ readonly at: number; readonly length: number; readonly kind: 'local' | 'central' | 'end' }> {
  const end = bytes.length - 22;
  yield { at: end, length: 22, kind: 'end' };
  for (let at = bytes.readUInt32LE(end + 16); at < end;) {
    const length = 46 + bytes.readUInt16LE(at + 28);
    const local = bytes.readUInt32LE(at + 42);
    yield { at, length, kind: 'central' };
    yield { at: local, length: 30 + bytes.readUInt16LE(local + 26), kind: 'local' };
    at += length;
  }
}

function headerOffsets(bytes: Buffer): ReadonlySet<number> {
  return new Set(
    [...headers(bytes)].flatMap(({ at, length }) => Array.from({ length }, (_, index) => at + index)),
  );
}

function harmlessOffsets(bytes: Buffer): ReadonlySet<number> {
  const offsets = { central: HARMLESS_CENTRAL, local: HARMLESS_LOCAL, end: new Set<number>() };
  return new Set(
    [...headers(bytes)].flatMap(({ at, kind }) => [...offsets[kind]].map((offset) => at + offset)),
  );
}
