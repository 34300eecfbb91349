import assert from 'node:assert/strict';
import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { extractPayload } from '../../../daemon/archive/import/extract-payload.ts';
import { DEFAULT_LIMITS } from '../../../daemon/archive/import/limits.ts';
import { createProblems } from '../../../daemon/archive/import/problems.ts';
import {
  readArchive,
  withArchiveFile,
  type SoundArchive,
} from '../../../daemon/archive/import/read-archive.ts';
import { exportTo } from '../../helpers/archive-fixture.ts';
import { edit, makeProject, scratchFolder } from '../../helpers/ledger-fixture.ts';

const root = scratchFolder();

async function withSound(
  use: (archive: SoundArchive, file: string, into: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(root, 'e-'));
  const file = join(folder, 'p.zip');
  await exportTo(await makeProject(folder, { 'T-1': 3 }), file);
  await withArchiveFile(file, async (handle, bytes) => {
    const archive = await readArchive(handle, bytes, DEFAULT_LIMITS, createProblems());
    assert.ok(archive !== null);
    await use(archive, file, join(folder, 'into'));
  });
}

test('refuses an archive that was changed after it was read', async () => {
  await withSound(async (archive, file, into) => {
    const entry = archive.payload.find(({ path }) => path === 'tasks/T-1/events.jsonl')?.entry;
    assert.ok(entry !== undefined);
    // Multiples of its polynomial leave a CRC as it is: only the digest tells.
    edit(file, (bytes) => {
      for (const [at, mask] of [0x41, 0x06, 0x71, 0xdb, 0x01].entries()) {
        const offset = entry.dataOffset + 9 + at;
        bytes.writeUInt8(bytes.readUInt8(offset) ^ mask, offset);
      }
      return bytes;
    });
    await assert.rejects(extractPayload(archive, into, true), {
      code: 'ARCHIVE_INVALID',
      message: /changed/,
    });
  });
});

test('refuses what the disk has no room for before it writes', async () => {
  await withSound(async (archive, _file, into) => {
    const [first] = archive.payload;
    assert.ok(first !== undefined);
    const huge = { ...first, entry: { ...first.entry, bytes: 2 ** 60 } };
    await assert.rejects(extractPayload({ ...archive, payload: [huge] }, into, true), {
      code: 'IO_FAILED',
      message: /free/,
    });
    assert.equal(existsSync(into), false);
  });
});

test('never writes over a file', async () => {
  await withSound(async (archive, _file, into) => {
    const [first] = archive.payload;
    assert.ok(first !== undefined);
    await assert.rejects(extractPayload({ ...archive, payload: [first, first] }, into, true), {
      code: 'IO_FAILED',
    });
  });
});
