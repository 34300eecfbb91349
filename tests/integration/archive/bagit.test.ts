import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { exportTo, makeEvidence } from '../../helpers/archive-fixture.ts';
import { addKey, archiveSigner, makeKey } from '../../helpers/archive-key.ts';
import { scratchFolder, withLedger } from '../../helpers/ledger-fixture.ts';

const root = scratchFolder();
const isHere = (program: string, ...args: readonly string[]) => spawnSync(program, args).status === 0;
const unzipMissing = isHere('unzip', '-v') ? false : 'unzip is not installed';
const bagitMissing = isHere('python3', '-c', 'import bagit')
  ? false
  : 'the bagit package of Python is not installed';
const bags: string[] = [];

before(async () => {
  if (unzipMissing !== false) return;
  const folder = mkdtempSync(join(root, 'b-'));
  const project = await makeEvidence(folder);
  const key = makeKey();
  await withLedger(folder, async (ledger) => addKey(ledger, key));
  const redact = ['tasks/T-1/events.jsonl:2', 'tasks/T-1/artifacts/**/README'];
  const choices = { whole: null, part: { tasks: ['T-1'], since: null, redact } };
  for (const [name, choice] of Object.entries(choices)) {
    const file = join(folder, `${name}.zip`);
    await exportTo(project, file, { signer: archiveSigner(key), ...(choice === null ? {} : { choice }) });
    execFileSync('unzip', ['-q', file, '-d', join(folder, name)]);
    bags.push(join(folder, name, 'p'));
  }
});

// Written from RFC 8493 alone, and sharing nothing with the code under test.
test('an archive is a valid and complete bag by RFC 8493', { skip: unzipMissing }, () => {
  for (const bag of bags) {
    // 2.1.1: exactly these two lines.
    const declaration = readFileSync(join(bag, 'bagit.txt'), 'utf8');
    assert.equal(declaration, 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n');
    const files = readdirSync(bag, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ parentPath, name }) => join(parentPath, name).slice(bag.length + 1));
    // 2.1.3 and 3: every payload file in the manifest, each entry once, nothing missing.
    const payload = files.filter((file) => file.startsWith('data/'));
    assert.deepEqual([...readManifest(bag, 'manifest-sha256.txt').keys()].sort(), payload.sort());
    // 2.2.1: a tag manifest lists no tag manifest; here it lists all else.
    const tags = files.filter((file) => !file.startsWith('data/') && !file.startsWith('tagmanifest-'));
    assert.deepEqual([...readManifest(bag, 'tagmanifest-sha256.txt').keys()].sort(), tags.sort());
    for (const manifest of ['manifest-sha256.txt', 'tagmanifest-sha256.txt']) {
      for (const [file, digest] of readManifest(bag, manifest)) {
        assert.equal(
          createHash('sha256')
            .update(readFileSync(join(bag, file)))
            .digest('hex'),
          digest,
          file,
        );
      }
    }
    // 2.2.2: label, colon, one space or more, value; Payload-Oxum is octets, dot, streams.
    const info = readFileSync(join(bag, 'bag-info.txt'), 'utf8').trimEnd().split('\n');
    for (const line of info) assert.match(line, /^[A-Za-z][A-Za-z-]*: \S/);
    const octets = payload.reduce((sum, file) => sum + lstatSync(join(bag, file)).size, 0);
    assert.ok(info.includes(`Payload-Oxum: ${octets}.${payload.length}`));
  }
});

test(
  'the Python validator of the Library of Congress finds nothing wrong',
  { skip: unzipMissing || bagitMissing },
  () => {
    for (const bag of bags) execFileSync('python3', ['-m', 'bagit', '--validate', '--quiet', bag]);
  },
);

function readManifest(bag: string, name: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const line of readFileSync(join(bag, name), 'utf8').trimEnd().split('\n')) {
    const [, digest = '', encoded = ''] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    const file = encoded.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%');
    assert.ok(file !== '' && !entries.has(file), line);
    entries.set(file, digest);
  }
  return entries;
}
