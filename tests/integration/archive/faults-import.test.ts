import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { crc32, deflateRawSync } from 'node:zlib';
import { exportTo, importFrom, readTree } from '../../helpers/archive-fixture.ts';
import { partsOf, refusalOf, told } from '../../helpers/hostile-archive.ts';
import { makeProject, note, PERSON, scratchFolder, withLedger } from '../../helpers/ledger-fixture.ts';
import { zipBytes, type ZipPart } from '../../helpers/zip-bytes.ts';

/*
 * Faults 36 to 40 of the list, one test each, as an overview. Every refusal in its variants is in hostile-names,
 * hostile-zip and hostile-bag; every answer about a project that is here in import and fast-forward.
 */

const root = scratchFolder();
const scratch = mkdtempSync(join(root, 'n-'));
let sound: Awaited<ReturnType<typeof partsOf>> = [];

before(async () => {
  await exportTo(await makeProject(root, { 'T-1': 3 }), join(root, 'p.zip'));
  sound = await partsOf(join(root, 'p.zip'));
});

/** What is told of one entry of an archive that is refused before a byte is written. */
async function problemOf(parts: readonly ZipPart[], entry: string | null): Promise<string> {
  return told(await refusalOf(scratch, zipBytes(parts)), entry);
}

test('fault 36: a name that leaves the folder, or is another one elsewhere, is refused', async () => {
  const names = ['../x', '/x', 'C:/x', 'p\\x', 'p/x\0', 'p/CON', 'p/dot.', 'p/a:b'];
  const problems = await refusalOf(scratch, zipBytes([...sound, ...names.map((name) => ({ name }))]));
  for (const name of names) assert.notEqual(told(problems, name), '', name);
});

test('fault 37: links, encryption, overlaps, disagreeing headers and colliding names are refused', async () => {
  const name = 'p/data/rejected/x.json';
  const cases: readonly (readonly [ZipPart, RegExp])[] = [
    [{ name, attributes: (0o120777 << 16) >>> 0 }, /symbolic link/],
    [{ name, flags: 0x0801 }, /encrypted/],
    [{ name, offset: 0, isMissingLocally: true }, /overlaps|another name/],
    [{ name, data: 'x', local: { size: 2 } }, /another size/],
    [{ name: String(sound[0]?.name) }, /there twice/],
    [{ name: String(sound[0]?.name).toUpperCase() }, /differs only in case/],
  ];
  for (const [part, reason] of cases)
    assert.match(await problemOf([...sound, part], String(part.name)), reason);
});

test('fault 38: a bomb, a lying size and too many entries are refused, unpacking no more than is declared', async () => {
  const zeros = Buffer.alloc(32 * 1024 * 1024);
  const name = 'p/data/rejected/x.json';
  const bomb = { name, data: deflateRawSync(zeros), method: 8, crc: crc32(zeros) };
  assert.match(await problemOf([...sound, { ...bomb, size: zeros.length }], name), /zip bomb/);
  assert.match(await problemOf([...sound, { ...bomb, size: 1000 }], name), /more than the 1000 bytes/);
  const many = zipBytes(sound, { entries: 60_000 });
  assert.notDeepEqual(await refusalOf(scratch, many), []);
});

test('fault 39: a missing, added, changed or fetched file is refused', async () => {
  const log = 'p/data/tasks/T-1/events.jsonl';
  const other = sound.map((part) =>
    part.name === log ? { ...part, data: `${part.data.toString()}\n` } : part,
  );
  assert.match(
    await problemOf(
      sound.filter((part) => part.name !== log),
      log,
    ),
    /is not there/,
  );
  assert.match(
    await problemOf([...sound, { name: 'p/data/rejected/x' }], 'p/data/rejected/x'),
    /does not list it/,
  );
  assert.match(await problemOf(other, log), /SHA-256 is not the one/);
  assert.match(await problemOf([...sound, { name: 'p/fetch.txt' }], 'p/fetch.txt'), /elsewhere/);
});

test('fault 40: a project that is here already is never merged with', async () => {
  const here = join(root, 'here');
  cpSync(join(root, 'p'), join(here, 'p'), { recursive: true });
  assert.equal((await importFrom(join(root, 'p.zip'), here)).outcome, 'identical');
  await withLedger(root, async (project) => {
    await project.appendTask('T-1', PERSON, 'queued', [note('later')]).durable;
  });
  await exportTo(join(root, 'p'), join(root, 'newer.zip'));
  const before = readTree(join(here, 'p'));
  const conflict = (relation: string) => ({ code: 'ARCHIVE_CONFLICT', details: relation });
  const relationOf = async (file: string, workflow: string): Promise<object> => {
    const error: unknown = await importFrom(file, workflow).catch((thrown: unknown) => thrown);
    const { code, details } = error as { readonly code?: string; readonly details?: { relation?: string } };
    return { code, details: details?.relation };
  };
  assert.deepEqual(await relationOf(join(root, 'newer.zip'), here), conflict('behind'));
  assert.deepEqual(await relationOf(join(root, 'p.zip'), root), conflict('ahead'));
  assert.deepEqual(readTree(join(here, 'p')), before);
  await withLedger(here, async (project) => {
    await project.appendTask('T-1', PERSON, 'queued', [note('mine')]).durable;
  });
  const own = readFileSync(join(here, 'p/events.jsonl'));
  assert.deepEqual(await relationOf(join(root, 'newer.zip'), here), conflict('diverged'));
  assert.ok(readFileSync(join(here, 'p/events.jsonl')).equals(own));
});
