import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { readNoteFiles } from '../../../daemon/anchors/note-file.ts';
import { createZipWriter } from '../../../daemon/archive/export/zip-writer.ts';
import { originalPath } from '../../../daemon/archive/portable-name.ts';
import { verifyArchive } from '../../../daemon/archive/verify-archive.ts';
import { verifyProject, type VerifyOptions } from '../../../daemon/ledger/verify-project.ts';
import { worstVerdict } from '../../../daemon/domain/ledger-verdict/verdict.ts';
import type { Anchor } from '../../../daemon/ports/anchors.ts';
import { parseDisclosure } from '../../../protocol/disclosure.ts';
import { parseVerifierKey } from '../../../protocol/signed-note.ts';
import { signingKeyId } from '../../../protocol/signing-keys.ts';
import { ARCHIVE_VECTORS, filesOf, type ArchiveVector } from './vector-files.ts';

/** Where Reeve looks at the folder of a daemon that may just be writing, or at the archive before the logs. */
const OTHER_WORDS = new Map([
  ['a torn line', 'TRUNCATED'],
  ['an empty project log', 'TAMPERED'],
]);

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

function optionsOf(vector: ArchiveVector, anchors: readonly Anchor[]): VerifyOptions {
  const disclosure = parseDisclosure(String(filesOf(vector).get('disclosure.json') ?? ''));
  const key = parseVerifierKey(vector.key ?? '');
  return {
    anchors,
    trustedKeys: key === null ? [] : [signingKeyId(key.publicKey)],
    ...(disclosure === null ? {} : { disclosure }),
  };
}

async function readAnchor({ anchor }: ArchiveVector, scratch: string): Promise<readonly Anchor[]> {
  if (anchor === undefined) return [];
  const file = join(scratch, 'anchor');
  writeFileSync(file, anchor);
  return readNoteFiles([file]);
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
        if (verdict === 'USAGE') {
          await assert.rejects(readAnchor(vector, scratch), { code: 'USAGE' });
          return;
        }
        const folder = join(scratch, 'shop');
        unpack(vector, folder);
        const report = await verifyProject(folder, optionsOf(vector, await readAnchor(vector, scratch)));
        const file = join(scratch, 'shop.zip');
        await zip(vector, file);
        const archive = await verifyArchive({ file });
        const worst = worstVerdict([report.verdict, ...(archive.verdict === null ? [] : [archive.verdict])]);
        const found = JSON.stringify({ ...report, archive }, null, 1);
        if (report.anchors.some(({ result }) => result === 'other_log')) {
          // The program that was given the anchor says that it says nothing: see `strayAnchors`.
          assert.equal(verdict, 'CANNOT_VERIFY');
        } else assert.equal(worst, OTHER_WORDS.get(vector.name) ?? verdict, found);
        if (unanchored !== undefined) assert.equal(report.unanchored, unanchored);
        if (at !== undefined && archive.problem_count === 0) assert.deepEqual(report.at, at, found);
      }));
  }
});
