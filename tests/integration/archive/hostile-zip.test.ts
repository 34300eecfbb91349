import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { crc32, deflateRawSync } from 'node:zlib';
import { verifyArchive } from '../../../daemon/archive/verify-archive.ts';
import { exportTo, importFrom } from '../../helpers/archive-fixture.ts';
import { partsOf, refusalOf, told } from '../../helpers/hostile-archive.ts';
import { edit, makeProject, scratchFolder } from '../../helpers/ledger-fixture.ts';
import { zipBytes, type ZipEnd, type ZipPart } from '../../helpers/zip-bytes.ts';

const root = scratchFolder();
const scratch = mkdtempSync(join(root, 'z-'));
const LOG = 'p/data/events.jsonl';
const has = (program: string) => spawnSync(program, ['-h'], { stdio: 'ignore' }).error === undefined;
const toolsMissing = has('zip') && has('unzip') ? false : 'zip or unzip is not installed';
let sound: Awaited<ReturnType<typeof partsOf>> = [];

before(async () => {
  await exportTo(await makeProject(root, { 'T-1': 3 }), join(root, 'p.zip'));
  sound = await partsOf(join(root, 'p.zip'));
});

/** The sound archive with one entry changed. */
function withChanged(change: Partial<ZipPart>, name = LOG): readonly ZipPart[] {
  return sound.map((part) => (part.name === name ? { ...part, ...change } : part));
}

async function problemOf(
  parts: readonly ZipPart[],
  entry: string | null = LOG,
  end: ZipEnd = {},
): Promise<string> {
  return told(await refusalOf(scratch, zipBytes(parts, end)), entry);
}

const extraField = (id: number, data: Buffer = Buffer.alloc(4)) => {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(data.length, 2);
  return Buffer.concat([head, data]);
};

test('the hand-made zip is sound before it is made hostile', async () => {
  const file = join(scratch, 'sound.zip');
  writeFileSync(file, zipBytes(sound));
  assert.deepEqual((await verifyArchive({ file })).problems, []);
});

describe('fault 37: types, flags and records that readers disagree about', () => {
  const mode = (bits: number) => (bits << 16) >>> 0;
  const changes: Readonly<Record<string, readonly [change: Partial<ZipPart>, reason: RegExp]>> = {
    'a symbolic link': [{ attributes: mode(0o120777) }, /symbolic link/],
    'a pipe': [{ attributes: mode(0o010644) }, /neither a file nor a folder/],
    'a device': [{ attributes: mode(0o060644) }, /neither a file nor a folder/],
    'a folder in mode only': [{ attributes: mode(0o040755) }, /neither a file nor a folder/],
    'a folder for DOS only': [{ attributes: 0x10 }, /marked as a folder/],
    'a set-user-id bit': [{ attributes: mode(0o104755) }, /special bits/],
    'an encrypted entry': [{ flags: 0x0801 }, /encrypted/],
    'a masked header': [{ flags: 0x2800 }, /encrypted/],
    'patched data': [{ flags: 0x0820 }, /flags of unknown meaning/],
    'an unknown compression': [{ method: 12 }, /method 12/],
    'a second name for Unicode': [{ extra: extraField(0x7075) }, /extra fields/],
    'a second name in the local header': [{ localExtra: extraField(0x7075) }, /extra fields/],
    'an extra field that ends outside': [{ localExtra: Buffer.from([1, 0, 9, 0]) }, /extra fields/],
    'a comment': [{ comment: 'hidden' }, /comment/],
    'two sizes of a stored entry': [{ size: 1 }, /sizes differ/],
    'another local name': [{ local: { name: 'p/data/EVENTS.jsonl' } }, /another name/],
    'another local method': [{ local: { method: 8 } }, /another compression method/],
    'other local flags': [{ local: { flags: 0 } }, /another set of flags/],
    'another local size': [{ local: { size: 7 } }, /another size/],
    'another local packed size': [{ local: { packedSize: 7 } }, /another packed size/],
    'another local checksum': [{ local: { crc: 7 } }, /another checksum/],
    'a bad checksum': [{ crc: 7 }, /checksum is not that of its content/],
    'a missing descriptor': [{ flags: 0x0808 }, /behind its data/],
    'a lying descriptor': [{ flags: 0x0808, after: Buffer.alloc(16, 1) }, /behind its data/],
    'bytes before an entry': [{ before: Buffer.from('hidden') }, /6 bytes before it belong to no entry/],
  };
  for (const [what, [change, reason]] of Object.entries(changes)) {
    test(`refuses ${what}`, async () => assert.match(await problemOf(withChanged(change)), reason));
  }

  test('tells the faults of several entries at once', async () => {
    const problems = await refusalOf(
      scratch,
      zipBytes(sound.map((part) => ({ ...part, attributes: mode(0o120777), comment: 'x' }))),
    );
    for (const { name } of sound) assert.match(told(problems, name), /symbolic link.*|comment/);
  });

  test('refuses strongly encrypted entries', async () => {
    assert.match(await problemOf(withChanged({ flags: 0x0840 }), null), /cannot be read/);
  });

  test('refuses a folder with content', async () => {
    const name = 'p/data/rejected/';
    assert.match(
      await problemOf([...sound, { name, data: 'x', attributes: mode(0o040755) }], name),
      /with content/,
    );
  });

  test('refuses entries that share their data', async () => {
    const first = sound[0];
    assert.ok(first !== undefined);
    const name = 'p/data/rejected/x.json';
    const shared = { name, data: first.data, offset: 0, isMissingLocally: true };
    assert.match(await problemOf([...sound, shared], name), /overlaps|another name/);
    // A whole entry inside another's data: every header is right, and only the places tell.
    const inner = { name: 'p/data/rejected/inner.json', data: 'x' };
    const quoted = zipBytes([inner]).subarray(0, 30 + inner.name.length + 1);
    const outer = { name: 'p/data/rejected/outer.json', data: quoted };
    const at = zipBytes([...sound, outer]).indexOf(quoted);
    const parts = [...sound, outer, { ...inner, offset: at, isMissingLocally: true }];
    assert.match(await problemOf(parts, inner.name), /overlaps/);
  });

  test('refuses data that only readers of local headers see', async () => {
    const hidden = { name: 'p/data/rejected/x.json', data: 'x', isMissingInDirectory: true };
    assert.match(await problemOf([hidden, ...sound], String(sound[0]?.name)), /belong to no entry/);
    assert.match(await problemOf([...sound, hidden], null), /last entry does not end/);
  });

  test('refuses ends that readers disagree about', async () => {
    assert.match(await problemOf(sound, null, { comment: 'hidden' }), /does not end as a zip file/);
    assert.match(
      await problemOf(sound, null, { comment: zipBytes([]).toString('latin1') }),
      /not where its end says/,
    );
    assert.match(
      await problemOf(sound, null, { behindDirectory: Buffer.alloc(3) }),
      /not where its end says/,
    );
    assert.match(await problemOf(sound, null, { disk: 1 }), /one part of several/);
    assert.match(await problemOf(sound, null, { entries: sound.length - 1 }), /more than its entries/);
    assert.match(await problemOf(sound, null, { entries: sound.length + 1 }), /cannot be read/);
  });

  test('refuses what is no zip file, or not all of one', async () => {
    const whole = readFileSync(join(root, 'p.zip'));
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('PK'),
      Buffer.alloc(5000),
      whole.subarray(0, -1),
      whole.subarray(1),
    ]) {
      assert.notEqual(told(await refusalOf(scratch, bytes), null), '');
    }
    assert.match(
      told(await refusalOf(scratch, Buffer.concat([Buffer.from('#!/bin/sh\n'), whole])), null),
      /not where/,
    );
    await assert.rejects(verifyArchive({ file: root }), { code: 'IO_FAILED' });
    await assert.rejects(verifyArchive({ file: join(root, 'none.zip') }), { code: 'NOT_FOUND' });
  });
});

describe('fault 38: bombs and lying sizes', () => {
  const zeros = Buffer.alloc(32 * 1024 * 1024);
  const packed = deflateRawSync(zeros);
  const bomb = { name: 'p/data/rejected/x.json', data: packed, method: 8, crc: crc32(zeros) };

  test('refuses a bomb by what it declares, before unpacking', async () => {
    assert.match(await problemOf([...sound, { ...bomb, size: zeros.length }], bomb.name), /zip bomb/);
  });

  test('refuses a bomb that declares little, without unpacking more than that', async () => {
    assert.match(await problemOf([...sound, { ...bomb, size: 1000 }], bomb.name), /more than the 1000 bytes/);
  });

  test('refuses content that is shorter than declared, cut, or followed by hidden bytes', async () => {
    const text = Buffer.from('some text '.repeat(10));
    const short = deflateRawSync(text);
    const entry = { name: bomb.name, method: 8, crc: crc32(text), size: text.length, data: short };
    assert.match(
      await problemOf([...sound, { ...entry, size: text.length + 1 }], bomb.name),
      /instead of 101/,
    );
    assert.match(
      await problemOf([...sound, { ...entry, data: short.subarray(0, -2) }], bomb.name),
      /cannot be unpacked/,
    );
    const hidden = Buffer.concat([short, Buffer.from('hidden')]);
    assert.match(await problemOf([...sound, { ...entry, data: hidden }], bomb.name), /goes on behind/);
    assert.match(
      await problemOf([...sound, { ...entry, data: Buffer.alloc(20, 0xff) }], bomb.name),
      /cannot be unpacked/,
    );
  });

  test('refuses a million entries by their number alone', async () => {
    const million = Buffer.concat(Array.from({ length: 1_000_000 }, () => Buffer.alloc(47, 0x50)));
    const end = Buffer.alloc(98);
    end.writeUInt32LE(0x06064b50, 0);
    end.writeBigUInt64LE(44n, 4);
    for (const at of [24, 32]) end.writeBigUInt64LE(1_000_000n, at);
    end.writeBigUInt64LE(BigInt(million.length), 40);
    end.writeUInt32LE(0x07064b50, 56);
    end.writeBigUInt64LE(BigInt(million.length), 64);
    end.writeUInt32LE(1, 72);
    end.writeUInt32LE(0x06054b50, 76);
    for (const at of [84, 86]) end.writeUInt16LE(0xffff, at);
    end.writeUInt32LE(million.length, 88);
    const problems = await refusalOf(scratch, Buffer.concat([million, end]));
    assert.match(told(problems, null), /1000000 entries, allowed are 500000/);
  });

  test('limits can be lowered, and name what exceeds them', async () => {
    const file = join(root, 'p.zip');
    const limited = async (limits: Parameters<typeof verifyArchive>[0]['limits']) => {
      const { problems } = await verifyArchive({ file, ...(limits === undefined ? {} : { limits }) });
      return problems.map(({ problem }) => problem).join('; ');
    };
    assert.match(await limited({ entries: 3 }), /allowed are 3/);
    assert.match(await limited({ bytes: 100 }), /allowed are 100/);
    assert.match(await limited({ tagBytes: 100 }), /tag files are larger than 100/);
    assert.equal(await limited({}), '');
  });
});

describe('what other zip programs make of an archive', () => {
  test('a compressed archive with folders, times and descriptors is as good', async () => {
    const file = join(scratch, 'again.zip');
    const folders = ['p/', 'p/data/', 'p/data/tasks/'].map((name) => ({
      name,
      attributes: ((0o040755 << 16) | 0x10) >>> 0,
    }));
    const packedParts = sound.map((part): ZipPart => {
      const data = deflateRawSync(part.data);
      const after = Buffer.alloc(16);
      after.writeUInt32LE(0x08074b50, 0);
      after.writeUInt32LE(crc32(part.data), 4);
      after.writeUInt32LE(data.length, 8);
      after.writeUInt32LE(part.data.length, 12);
      const local = { crc: 0, size: 0, packedSize: 0 };
      const extra = extraField(0x5455, Buffer.alloc(5));
      return {
        name: part.name,
        data,
        method: 8,
        flags: 0x0808,
        crc: crc32(part.data),
        size: part.data.length,
        local,
        after,
        extra,
      };
    });
    writeFileSync(file, zipBytes([...folders, ...packedParts]));
    const report = await verifyArchive({ file });
    assert.deepEqual(report.problems, []);
    assert.equal(report.archive_id, (await verifyArchive({ file: join(root, 'p.zip') })).archive_id);
    const { outcome } = await importFrom(file, join(scratch, 'imported'), 'again');
    assert.equal(outcome, 'imported');
  });

  test('an archive unpacked and zipped again by Info-ZIP is as good', { skip: toolsMissing }, async () => {
    const folder = mkdtempSync(join(scratch, 'again-'));
    execFileSync('unzip', ['-q', join(root, 'p.zip'), '-d', folder]);
    execFileSync('zip', ['-q', '-r', 'again.zip', 'p'], { cwd: folder });
    const report = await verifyArchive({ file: join(folder, 'again.zip') });
    assert.deepEqual(report.problems, []);
    assert.equal(report.archive_id, (await verifyArchive({ file: join(root, 'p.zip') })).archive_id);
  });

  test('one flipped byte in the middle of a log is named', async () => {
    const file = readFileSync(join(root, 'p.zip'));
    const at = file.indexOf('{"actor"') + 40;
    const copy = join(scratch, 'flipped.zip');
    writeFileSync(copy, file);
    edit(copy, (bytes) => {
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      return bytes;
    });
    assert.match(told(await refusalOf(scratch, readFileSync(copy)), LOG), /checksum/);
  });
});
