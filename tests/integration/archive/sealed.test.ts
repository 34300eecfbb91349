import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { verifyArchive } from '../../../daemon/archive/verify-archive.ts';
import { verifyProject } from '../../../daemon/ledger/verify-project.ts';
import { publicKeyPem } from '../../../daemon/signing/public-key-pem.ts';
import { signCheckpoint } from '../../../daemon/signing/sign-checkpoint.ts';
import { parseSignedCheckpoint } from '../../../protocol/checkpoint.ts';
import { dssePreAuthEncoding } from '../../../protocol/dsse.ts';
import { sha256Hex } from '../../../protocol/digest.ts';
import { isNoteSignedBy, parseVerifierKey } from '../../../protocol/signed-note.ts';
import { exportTo, importFrom, makeEvidence } from '../../helpers/archive-fixture.ts';
import { addKey, archiveSigner, makeKey } from '../../helpers/archive-key.ts';
import { partsOf, rebag, refusalOf, told } from '../../helpers/hostile-archive.ts';
import { linesOf, note, PERSON, scratchFolder, stopped, withLedger } from '../../helpers/ledger-fixture.ts';
import { zipBytes } from '../../helpers/zip-bytes.ts';

const root = scratchFolder();
const openssl = spawnSync('openssl', ['version']).error === undefined ? false : 'openssl is not installed';

/** A project whose log names a key, and an archive of it. */
async function sealed() {
  const folder = mkdtempSync(join(root, 's-'));
  const project = await makeEvidence(folder);
  const key = makeKey();
  await withLedger(folder, async (ledger) => addKey(ledger, key));
  const file = join(folder, 'p.zip');
  const answer = await exportTo(project, file, { signer: archiveSigner(key) });
  return { folder, project, key, file, answer };
}

async function textsOf(file: string): Promise<ReadonlyMap<string, string>> {
  return new Map((await partsOf(file)).map(({ name, data }) => [name, data.toString()]));
}

test('the checkpoint is signed at exactly the lines in the archive', async () => {
  const { project, key, file, answer } = await sealed();
  const texts = await textsOf(file);
  const checkpoint = parseSignedCheckpoint(texts.get('p/data/checkpoint') ?? '');
  assert.ok(checkpoint !== null);
  assert.equal(checkpoint.size, linesOf(join(project, 'events.jsonl')).length);
  assert.ok(isNoteSignedBy(checkpoint.note, checkpoint.origin, key.public_key));
  assert.equal(answer.note, checkpoint.note.text);
  assert.equal(answer.is_signed, true);
  const verifier = parseVerifierKey((texts.get('p/checkpoint.vkey') ?? '').trimEnd());
  assert.deepEqual(verifier, { name: checkpoint.origin, publicKey: key.public_key });
});

test('the same contents and key give the same bytes', async () => {
  const { project, key, file } = await sealed();
  await exportTo(project, `${file}.again`, { signer: archiveSigner(key) });
  assert.ok(readFileSync(file).equals(readFileSync(`${file}.again`)));
});

test(
  'openssl alone verifies the statement, which names every file beside the payload and the checkpoint',
  { skip: openssl },
  async () => {
    const { folder, key, file } = await sealed();
    const texts = await textsOf(file);
    const { payload, payloadType, signatures } = JSON.parse(texts.get('p/attestation.dsse.json') ?? '') as {
      readonly payload: string;
      readonly payloadType: string;
      readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
    };
    const body = Buffer.from(payload, 'base64').toString();
    writeFileSync(join(folder, 'key.pem'), publicKeyPem(key.public_key));
    writeFileSync(join(folder, 'message'), dssePreAuthEncoding(payloadType, body));
    writeFileSync(join(folder, 'sig'), Buffer.from(signatures[0]?.sig ?? '', 'base64'));
    const args = ['-verify', '-pubin', '-inkey', 'key.pem', '-rawin', '-in', 'message', '-sigfile', 'sig'];
    execFileSync('openssl', ['pkeyutl', ...args], { cwd: folder });
    assert.equal(signatures[0]?.keyid, key.key_id);
    const { subject, predicate } = JSON.parse(body) as {
      readonly subject: readonly unknown[];
      readonly predicate: { readonly size: number; readonly project_id: string };
    };
    const names = [
      'REPORT.md',
      'bag-info.txt',
      'bagit.txt',
      'checkpoint.vkey',
      'report.html',
      'verify.mjs',
      'manifest-sha256.txt',
      'data/checkpoint',
    ];
    const expected = names.map((name) => ({
      name,
      digest: { sha256: sha256Hex(texts.get(`p/${name}`) ?? '') },
    }));
    assert.deepEqual(subject, expected);
    assert.equal(predicate.project_id, 'p');
  },
);

test('a sealed archive verifies, is imported with its checkpoint, and verifies there', async () => {
  const { folder, file } = await sealed();
  const report = await verifyArchive({ file, verify: (project) => verifyProject(project) });
  assert.deepEqual(report.problems, []);
  assert.deepEqual(report.ledger?.faults, []);
  assert.ok(report.ok && report.is_signed);
  await importFrom(file, join(folder, 'into'));
  assert.ok(existsSync(join(folder, 'into/p/checkpoint')));
  assert.deepEqual((await verifyProject(join(folder, 'into/p'))).faults, []);
});

test('without a key the note is told, and nothing is signed', async () => {
  const folder = mkdtempSync(join(root, 's-'));
  const answer = await exportTo(await makeEvidence(folder), join(folder, 'p.zip'));
  assert.match(answer.note, /^reeve\/[0-9a-f]{32}\n\d+\n\S{44}\n$/);
  assert.equal(answer.is_signed, false);
  const names = [...(await textsOf(join(folder, 'p.zip'))).keys()];
  for (const name of ['p/data/checkpoint', 'p/checkpoint.vkey', 'p/attestation.dsse.json'])
    assert.ok(!names.includes(name), name);
});

test('without the key, or with another one, the checkpoint of the project folder is taken', async () => {
  const { folder, project, key, file } = await sealed();
  const older = (await textsOf(file)).get('p/data/checkpoint') ?? '';
  writeFileSync(join(project, 'checkpoint'), older);
  await withLedger(folder, async (ledger) => {
    await ledger.appendProject(PERSON, [stopped()]).durable;
  });
  for (const signer of [null, archiveSigner(makeKey())]) {
    const other = join(folder, `${signer === null ? 'no' : 'another'}-key.zip`);
    await exportTo(project, other, { signer });
    const texts = await textsOf(other);
    assert.equal(texts.get('p/data/checkpoint'), older);
    assert.equal(texts.has('p/attestation.dsse.json'), false);
    const { ok, verdict, problems, is_attested } = await verifyArchive({ file: other });
    assert.deepEqual([ok, verdict, problems, is_attested], [false, 'CANNOT_VERIFY', [], false]);
    assert.match(texts.get('p/REPORT.md') ?? '', /nobody vouches for this report/);
  }
  writeFileSync(join(project, 'checkpoint'), older.replace(/\n\d+\n/, '\n2\n'));
  await assert.rejects(exportTo(project, join(folder, 'x.zip')), {
    code: 'LEDGER_DAMAGED',
    message: /checkpoint/,
  });
  await exportTo(project, join(folder, 'x.zip'), { signer: archiveSigner(key) });
});

test('whatever the seal is exchanged for is refused, each with its reason', async () => {
  const { folder, key, file } = await sealed();
  const parts = await partsOf(file);
  const other = makeKey();
  const checkpoint = parseSignedCheckpoint(
    parts.find(({ name }) => name === 'p/data/checkpoint')?.data.toString() ?? '',
  );
  assert.ok(checkpoint !== null);
  const cases: readonly (readonly [name: string, text: string, reason: RegExp])[] = [
    ['data/checkpoint', signCheckpoint(other, checkpoint), /did not sign it/],
    [
      'data/checkpoint',
      signCheckpoint(key, { ...checkpoint, size: checkpoint.size + 1 }),
      /covers \d+ lines/,
    ],
    ['data/checkpoint', signCheckpoint(key, { ...checkpoint, size: 2 }), /root/],
    [
      'data/checkpoint',
      signCheckpoint(key, { ...checkpoint, origin: `reeve/${'0'.repeat(32)}` }),
      /other log/,
    ],
    ['data/checkpoint', checkpoint.note.text, /not a signed checkpoint/],
    ['checkpoint.vkey', 'reeve/x+00000000+AAAA\n', /not the key/],
    ['attestation.dsse.json', '{}', /not a DSSE envelope/],
    [
      'attestation.dsse.json',
      JSON.stringify({ payload: 'e30=', payloadType: 'application/vnd.in-toto+json', signatures: [] }),
      /did not sign it/,
    ],
  ];
  for (const [path, text, reason] of cases) {
    const changed = parts.map((part) =>
      part.name === `p/${path}` ? { ...part, data: Buffer.from(text) } : part,
    );
    const problems = await refusalOf(folder, zipBytes(rebag(changed)));
    assert.match(told(problems, `p/${path}`), reason);
  }
});

test('a statement about other files is refused', async () => {
  const { folder, project, key, file } = await sealed();
  const statement = (await textsOf(file)).get('p/attestation.dsse.json') ?? '';
  await withLedger(folder, async (ledger) => {
    await ledger.appendTask('T-1', PERSON, 'running', [note('later')]).durable;
  });
  await exportTo(project, `${file}.newer`, { signer: archiveSigner(key) });
  const mixed = (await partsOf(`${file}.newer`)).map((part) =>
    part.name === 'p/attestation.dsse.json' ? { ...part, data: Buffer.from(statement) } : part,
  );
  const problems = await refusalOf(folder, zipBytes(rebag(mixed)));
  assert.match(told(problems, 'p/manifest-sha256.txt'), /not the file that attestation/);
  assert.match(told(problems, 'p/data/checkpoint'), /not the file that attestation/);
});

test('without the statement that is due an archive cannot be verified; what the ledger finds is worse', async () => {
  const { folder, file } = await sealed();
  const parts = (await partsOf(file)).filter(({ name }) => name !== 'p/attestation.dsse.json');
  const other = join(folder, 'other.zip');
  const verdictOf = async (bytes: Uint8Array) => {
    writeFileSync(other, bytes);
    const verify = (project: string) => verifyProject(project);
    const { ok, verdict } = await verifyArchive({ file: other, verify });
    return { ok, verdict };
  };
  assert.deepEqual(await verdictOf(zipBytes(rebag(parts))), { ok: false, verdict: 'CANNOT_VERIFY' });
  const log = 'data/tasks/T-1/events.jsonl';
  const cut = rebag(parts, (payload) => {
    payload[log] = (payload[log] ?? '').replace(/[^\n]*\n$/, '');
  });
  assert.deepEqual(await verdictOf(zipBytes(cut)), { ok: false, verdict: 'TRUNCATED' });
  const gone = rebag(parts, (payload) => {
    delete payload[log];
  });
  assert.deepEqual(await verdictOf(zipBytes(gone)), { ok: false, verdict: 'TRUNCATED' });
  const changed = rebag(parts, (payload) => {
    payload[log] = (payload[log] ?? '').replace('again', 'never');
  });
  assert.deepEqual(await verdictOf(zipBytes(changed)), { ok: false, verdict: 'TAMPERED' });
  const problems = await refusalOf(folder, zipBytes(gone));
  assert.match(told(problems, `p/${log}`), /missing/);
});

test('whatever is changed or added beside the payload is refused, with the manifests made anew', async () => {
  const { folder, file } = await sealed();
  const parts = await partsOf(file);
  for (const path of ['REPORT.md', 'report.html', 'verify.mjs', 'bag-info.txt']) {
    const changed = parts.map((part) =>
      part.name === `p/${path}` ? { ...part, data: Buffer.concat([part.data, Buffer.from('x: y\n')]) } : part,
    );
    const problems = await refusalOf(folder, zipBytes(rebag(changed)));
    assert.match(told(problems, `p/${path}`), /not the file that attestation/);
  }
  const added = [...parts, { name: 'p/READ-ME-FIRST.html', data: Buffer.from('all is well') }];
  const problems = await refusalOf(folder, zipBytes(rebag(added)));
  assert.deepEqual(problems, [
    { entry: 'p/READ-ME-FIRST.html', problem: 'attestation.dsse.json does not name it' },
  ]);
  assert.equal((await verifyArchive({ file: join(folder, 'hostile.zip') })).verdict, 'TAMPERED');
  const fewer = parts.filter(({ name }) => name !== 'p/report.html');
  assert.match(told(await refusalOf(folder, zipBytes(rebag(fewer))), 'p/report.html'), /attestation/);
});

test('an archive is never written into the folder of its own project', async () => {
  const { project, folder } = await sealed();
  for (const file of [join(project, 'p.zip'), join(project, 'tasks/T-1/p.zip')])
    await assert.rejects(exportTo(project, file), { code: 'USAGE', message: /folder of the project itself/ });
  symlinkSync(project, join(folder, 'link'), 'junction');
  await assert.rejects(exportTo(project, join(folder, 'link/p.zip')), { code: 'USAGE' });
  await exportTo(project, join(folder, '..p.zip'));
});
