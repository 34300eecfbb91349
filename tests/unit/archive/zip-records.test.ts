import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openPromise } from 'yauzl';
import { centralHeader, endRecords, localHeader } from '../../../daemon/archive/export/zip-records.ts';
import { createZipWriter } from '../../../daemon/archive/export/zip-writer.ts';
import { readDirectoryPlace } from '../../../daemon/archive/import/end-record.ts';

const root = mkdtempSync(join(tmpdir(), 'reeve-zip-'));
after(() => rmSync(root, { recursive: true, force: true }));

const name = Buffer.from('p/x');
const LARGE = 5 * 1024 ** 3;

test('a file above four gigabytes has its sizes in the 64-bit fields of both headers', () => {
  const local = localHeader({ name, crc32: 1, bytes: LARGE, offset: 0 });
  assert.equal(local.readUInt16LE(4), 45);
  assert.equal(local.readUInt32LE(18), 0xffff_ffff);
  assert.deepEqual([local.readBigUInt64LE(37), local.readBigUInt64LE(45)], [BigInt(LARGE), BigInt(LARGE)]);
  assert.equal(local.length, 30 + 3 + 20);
});

test('the zip library reads large sizes and offsets back', async () => {
  const central = Buffer.concat([
    centralHeader({ name, crc32: 1, bytes: LARGE, offset: LARGE + 7 }),
    centralHeader({ name, crc32: 1, bytes: 3, offset: LARGE }),
    centralHeader({ name, crc32: 1, bytes: LARGE, offset: 3 }),
  ]);
  const file = join(root, 'large.zip');
  writeFileSync(file, Buffer.concat([central, endRecords(3, { offset: 0, bytes: central.length })]));
  const zip = await openPromise(file);
  const found = [];
  for await (const { uncompressedSize, compressedSize, relativeOffsetOfLocalHeader } of zip.eachEntry()) {
    found.push([uncompressedSize, compressedSize, relativeOffsetOfLocalHeader]);
  }
  assert.deepEqual(found, [
    [LARGE, LARGE, LARGE + 7],
    [3, 3, LARGE],
    [LARGE, LARGE, 3],
  ]);
});

test('the end has 64-bit records where a number does not fit, and only there', () => {
  assert.equal(endRecords(0xfffe, { offset: 0xffff_fffe, bytes: 9 }).length, 22);
  assert.equal(endRecords(0xffff, { offset: 0, bytes: 9 }).length, 98);
  const large = endRecords(1, { offset: LARGE, bytes: 9 });
  assert.equal(large.readBigUInt64LE(48), BigInt(LARGE));
  assert.equal(large.readBigUInt64LE(64), BigInt(LARGE + 9));
  assert.equal(large.readUInt32LE(76 + 16), 0xffff_ffff);
});

test('an archive of more than 65,535 files is read back', async () => {
  const file = join(root, 'many.zip');
  const output = await open(file, 'wx+');
  const zip = createZipWriter(output);
  for (let n = 0; n < 70_000; n += 1) await zip.add(`p/${n}`, 1, [Buffer.from('x')]);
  const bytes = await zip.finish();
  const place = await readDirectoryPlace(output, bytes);
  await output.close();
  assert.ok(typeof place !== 'string');
  assert.equal(place.entries, 70_000);
  const reader = await openPromise(file);
  assert.equal(reader.entryCount, 70_000);
  reader.close();
});

test('an entry larger than the buffer gets its checksum into the header before it', async () => {
  const file = join(root, 'patched.zip');
  const output = await open(file, 'wx+');
  const zip = createZipWriter(output);
  const chunk = Buffer.alloc(700_000, 'abc');
  await zip.add('p/large', 5 * chunk.length, [chunk, chunk, chunk, chunk, chunk]);
  await zip.add('p/huge-chunk', 3_000_000, [Buffer.alloc(3_000_000, 'x')]);
  await zip.finish();
  await output.close();
  const reader = await openPromise(file, { autoClose: false });
  for await (const entry of reader.eachEntry()) {
    const local = await reader.readLocalFileHeaderPromise(entry);
    assert.equal(local.crc32, entry.crc32);
    assert.notEqual(local.crc32, 0);
    assert.equal(local.uncompressedSize, entry.uncompressedSize);
  }
  reader.close();
});
