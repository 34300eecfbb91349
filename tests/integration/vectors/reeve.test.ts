import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { createZipWriter } from '../../../daemon/archive/export/zip-writer.ts';
import { originalPath } from '../../../daemon/archive/portable-name.ts';
import { verifyArchive } from '../../../daemon/archive/verify-archive.ts';
import { verifyProject, type VerifyOptions } from '../../../daemon/ledger/verify-project.ts';
import type { Anchor } from '../../../daemon/ports/anchors.ts';
import { parseCheckpoint, parseSignedCheckpoint } from '../../../protocol/checkpoint.ts';
import { parseDisclosure } from '../../../protocol/disclosure.ts';
import { parseVerifierKey } from '../../../protocol/signed-note.ts';
import { signingKeyId } from '../../../protocol/signing-keys.ts';
import { ARCHIVE_VECTORS, filesOf, type ArchiveVector } from './vector-files.ts';

async function inScratch<Result>(use: (scratch: string) => Promise<Result>): Promise<Result> {
  const scratch = mkdtempSync(join(tmpdir(), 'reeve-vector-'));
  try {
    return await use(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function unpack(vector: ArchiveVector, folder: string): void {
  for (const [path, bytes] of filesOf(vector)) {
    if (!path.startsWith('data/')) continue;
    const file = join(folder, originalPath(path.slice('data/'.length)) ?? '');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}

function optionsOf(vector: ArchiveVector): VerifyOptions {
  const disclosure = parseDisclosure(String(filesOf(vector).get('disclosure.json') ?? ''));
  const key = parseVerifierKey(vector.key ?? '');
  return {
    anchors: vector.anchor === undefined ? [] : [toAnchor(vector.anchor)],
    trustedKeys: key === null ? [] : [signingKeyId(key.publicKey)],
    ...(disclosure === null ? {} : { disclosure }),
  };
}

function toAnchor(text: string): Anchor {
  const signed = parseSignedCheckpoint(text);
  const checkpoint = signed ?? parseCheckpoint(text);
  assert.ok(checkpoint !== null);
  return { kind: 'note', by: 'a file', time: null, checkpoint, note: signed?.note ?? null };
}

async function zip(vector: ArchiveVector, file: string): Promise<void> {
  const output = await open(file, 'wx');
  try {
    const writer = createZipWriter(output);
    for (const [path, bytes] of [...filesOf(vector)].sort(([a], [b]) => (a < b ? -1 : 1)))
      await writer.add(`shop/${path}`, bytes.length, [bytes]);
    await writer.finish();
  } finally {
    await output.close();
  }
}

describe('Reeve on the vectors', () => {
  for (const vector of ARCHIVE_VECTORS) {
    const { verdict, at, unanchored } = vector.expect;
    it(`${vector.name}: ${verdict}`, () =>
      inScratch(async (scratch) => {
        const folder = join(scratch, 'shop');
        unpack(vector, folder);
        const report = await verifyProject(folder, optionsOf(vector));
        const file = join(scratch, 'shop.zip');
        await zip(vector, file);
        const archive = await verifyArchive({ file });
        const isSound = archive.problem_count === 0;
        const found = JSON.stringify({ ...report, archive }, null, 1);
        if (verdict === 'ANCHORED' || verdict === 'UNANCHORED') {
          assert.ok(isSound, found);
          assert.equal(report.verdict, verdict, found);
          assert.equal(report.unanchored, unanchored ?? 0);
        } else if (report.anchors.some(({ result }) => result === 'other_log')) {
          // The program that was given the anchor says that it says nothing: see `strayAnchors`.
          assert.equal(verdict, 'CANNOT_VERIFY');
        } else if (at !== undefined && isSound) {
          assert.deepEqual([report.verdict, report.at], [verdict, at], found);
        } else if (verdict !== 'TAMPERED' || isSound) assert.equal(report.verdict, verdict, found);
      }));
  }
});
