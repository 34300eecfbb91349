import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPromise } from 'yauzl';
import { verifyArchive } from '../../daemon/archive/verify-archive.ts';
import type { ArchiveProblem } from '../../daemon/archive/import/problems.ts';
import { ReeveError } from '../../protocol/errors.ts';
import { importFrom } from './archive-fixture.ts';
import { bagFiles, type ZipPart } from './zip-bytes.ts';

/** Reads an archive into the parts that it can be composed of again. */
export async function partsOf(
  file: string,
): Promise<readonly (ZipPart & { readonly name: string; readonly data: Buffer })[]> {
  const zip = await openPromise(file, { autoClose: false });
  const parts = [];
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    parts.push({ name: entry.fileName, data: Buffer.concat(chunks) });
  }
  zip.close();
  return parts;
}

/** Makes the archive's manifests fit a changed payload, as somebody would who wants it taken. */
export function rebag(
  parts: readonly { readonly name: string; readonly data: Buffer }[],
  change: (payload: Record<string, string>) => void = () => undefined,
): readonly (ZipPart & { readonly name: string; readonly data: string })[] {
  const texts = new Map(parts.map(({ name, data }) => [name.slice('p/'.length), data.toString()]));
  const payload = Object.fromEntries([...texts].filter(([path]) => path.startsWith('data/')));
  change(payload);
  const isTag = (path: string) => !path.startsWith('data/') && !MADE_ANEW.has(path);
  const tags = Object.fromEntries([...texts].filter(([path]) => isTag(path)));
  const bytes = Object.values(payload).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const oxum = `Payload-Oxum: ${bytes}.${Object.keys(payload).length}`;
  const info = (texts.get('bag-info.txt') ?? '').replace(/Payload-Oxum: .*/, oxum);
  return Object.entries(bagFiles(payload, info, tags)).map(([path, data]) => ({ name: `p/${path}`, data }));
}

const MADE_ANEW = new Set(['bag-info.txt', 'bagit.txt', 'manifest-sha256.txt', 'tagmanifest-sha256.txt']);

/**
 * Imports an archive that must be refused before a byte is written, and gives every problem that was told.
 *
 * Verification must tell the same.
 */
export async function refusalOf(scratch: string, bytes: Uint8Array): Promise<readonly ArchiveProblem[]> {
  const file = join(scratch, 'hostile.zip');
  writeFileSync(file, bytes);
  const workflow = join(scratch, 'workflow-of-the-victim');
  const report = await verifyArchive({ file });
  let problems: readonly ArchiveProblem[] = [];
  await assert.rejects(importFrom(file, workflow), (error) => {
    assert.ok(error instanceof ReeveError);
    assert.equal(error.code, 'ARCHIVE_INVALID', error.message);
    ({ problems } = error.details as { readonly problems: readonly ArchiveProblem[] });
    return true;
  });
  assert.equal(existsSync(workflow) ? readdirSync(workflow).length : 0, 0);
  assert.deepEqual(report.problems, problems);
  assert.equal(report.ok, false);
  return problems;
}

/** The problems of one entry, in one text. */
export function told(problems: readonly ArchiveProblem[], entry: string | null): string {
  return problems
    .filter((each) => each.entry === entry)
    .map(({ problem }) => problem)
    .join('; ');
}
