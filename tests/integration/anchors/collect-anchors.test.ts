import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { collectAnchors, type AnchorPlaces } from '../../../daemon/anchors/collect-anchors.ts';
import { writeGitNote } from '../../../daemon/anchors/git-notes.ts';
import { writeSeen } from '../../../daemon/anchors/seen-checkpoint.ts';
import { signWithSsh } from '../../../daemon/anchors/ssh-signature.ts';
import { createTimestampQuery } from '../../../daemon/anchors/timestamp.ts';
import { formatCheckpoint } from '../../../protocol/checkpoint.ts';
import { sha256Hex } from '../../../protocol/digest.ts';
import { createTestKey, LOG_ID, someCheckpoint } from '../../helpers/checkpoints.ts';
import { createRepo } from '../../helpers/repo-fixture.ts';
import { createTimeAuthority, skipWithout } from '../../helpers/time-authority.ts';

const key = createTestKey();
const OTHER = 'cd'.repeat(16);

/** A folder with an empty project, and nothing else anywhere. */
async function makePlaces(t: TestContext): Promise<AnchorPlaces & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-anchors-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const projectFolder = join(folder, 'project');
  await mkdir(join(projectFolder, 'anchors'), { recursive: true });
  const env = { PATH: process.env['PATH'], HOME: folder };
  const nothing = { userState: null, repository: null, files: [], allowedSigners: null, tsaCa: null };
  return { folder, projectFolder, logId: LOG_ID, ...nothing, env };
}

async function putCheckpoint({ projectFolder }: AnchorPlaces, size: number): Promise<string> {
  const file = join(projectFolder, 'anchors', `${size}.checkpoint`);
  await writeFile(file, key.signNote(someCheckpoint(size)));
  return file;
}

async function putToken(
  t: TestContext,
  places: AnchorPlaces,
  size: number,
): Promise<{ readonly ca: string }> {
  const file = await putCheckpoint(places, size);
  const authority = await createTimeAuthority(t);
  const where = { cwd: places.projectFolder, env: places.env };
  const query = await createTimestampQuery(await readFile(file), where);
  await writeFile(join(places.projectFolder, 'anchors', `${size}.tsr`), await authority.answer(query));
  return authority;
}

async function putSignature(
  places: AnchorPlaces & { readonly folder: string },
  size: number,
): Promise<string> {
  const { folder, env } = places;
  const keyFile = join(folder, 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile], { env });
  const file = await putCheckpoint(places, size);
  const signature = await signWithSsh({ file, keyFile, env });
  await rm(`${file}.sig`);
  const name = `${size}.${sha256Hex(signature).slice(0, 16)}.sig`;
  await writeFile(join(places.projectFolder, 'anchors', name), signature);
  const allowed = join(folder, 'allowed');
  await writeFile(allowed, `auditor ${await readFile(`${keyFile}.pub`, 'utf8')}`);
  return allowed;
}

describe('anchors', () => {
  it('are none where nothing is', async (t) => {
    const places = await makePlaces(t);
    assert.deepEqual(await collectAnchors(places), { anchors: [], notes: [], failures: [], trustedKeys: [] });
    await rm(join(places.projectFolder, 'anchors'), { recursive: true });
    assert.deepEqual(await collectAnchors(places), { anchors: [], notes: [], failures: [], trustedKeys: [] });
  });

  it('of this machine come with the key that it trusts', async (t) => {
    const places = await makePlaces(t);
    const userState = join(places.folder, 'state');
    const checkpoint = someCheckpoint(5);
    const time = '2026-02-19T12:00:00.000Z';
    const seen = { ...checkpoint, project_folder: places.projectFolder, key_id: 'k', time };
    await writeSeen(userState, seen);
    const { anchors, trustedKeys } = await collectAnchors({ ...places, userState });
    assert.deepEqual(anchors, [{ kind: 'user_state', by: userState, time, checkpoint, note: null }]);
    assert.deepEqual(trustedKeys, ['k']);
  });

  it('of this machine that cannot be read are told of', async (t) => {
    const places = await makePlaces(t);
    const userState = join(places.folder, 'state');
    const seen = { ...someCheckpoint(5), project_folder: places.projectFolder, key_id: 'k', time: '' };
    await writeSeen(userState, seen);
    const [name = ''] = await readdir(join(userState, 'seen'));
    await writeFile(join(userState, 'seen', name), 'nonsense');
    const { anchors, notes } = await collectAnchors({ ...places, userState });
    assert.deepEqual(anchors, []);
    assert.match(notes.join(), /what this machine saw last/);
  });

  it('in git notes are those of this log only', async (t) => {
    const { root, hostEnv, git } = await createRepo(t);
    const places = { ...(await makePlaces(t)), repository: root, env: hostEnv };
    const commit = git('rev-parse', 'HEAD');
    for (const checkpoint of [someCheckpoint(3), someCheckpoint(4, OTHER)]) {
      await writeGitNote({ repository: root, env: hostEnv, commit, note: key.signNote(checkpoint) });
    }
    const { anchors } = await collectAnchors(places);
    assert.deepEqual(
      anchors.map(({ checkpoint }) => checkpoint.size),
      [3],
    );
  });

  it('by a time-stamping authority count once it is trusted', { skip: skipWithout('openssl') }, async (t) => {
    const places = await makePlaces(t);
    const { ca } = await putToken(t, places, 8);
    const unchecked = await collectAnchors(places);
    assert.deepEqual(unchecked.anchors, []);
    assert.match(unchecked.notes.join(), /anchors\/8\.tsr: .*--tsa-ca/);
    const { anchors, notes } = await collectAnchors({ ...places, tsaCa: ca });
    assert.deepEqual(notes, []);
    const [anchor] = anchors;
    assert.equal(anchor?.kind, 'rfc3161');
    assert.equal(anchor.checkpoint.size, 8);
    assert.match(anchor.by, /Test Time Stamps/);
    assert.ok(anchor.time !== null && anchor.note !== null);
  });

  it('by a person count once their key is allowed', { skip: skipWithout('ssh-keygen') }, async (t) => {
    const places = await makePlaces(t);
    const allowedSigners = await putSignature(places, 8);
    const unchecked = await collectAnchors(places);
    assert.deepEqual(unchecked.anchors, []);
    assert.match(unchecked.notes.join(), /anchors\/8\..*\.sig: .*--allowed-signers/);
    const { anchors, notes } = await collectAnchors({ ...places, allowedSigners });
    assert.deepEqual(notes, []);
    assert.deepEqual(
      anchors.map(({ kind, by, time, checkpoint }) => [kind, by, time, checkpoint.size]),
      [['ssh_signature', 'auditor', null, 8]],
    );
  });

  it('over a checkpoint that was changed, moved or removed count for nothing', async (t) => {
    const places = await makePlaces(t);
    const ca = join(places.folder, 'ca.pem');
    await writeFile(ca, '');
    const anchors = join(places.projectFolder, 'anchors');
    await writeFile(join(anchors, '1.tsr'), 'token');
    await writeFile(join(anchors, '2.tsr'), 'token');
    await writeFile(join(anchors, '2.checkpoint'), 'nonsense');
    await writeFile(join(anchors, '3.tsr'), 'token');
    await writeFile(join(anchors, '3.checkpoint'), key.signNote(someCheckpoint(4)));
    await putCheckpoint(places, 5);
    await symlink('/dev/zero', join(anchors, '5.tsr'));
    await putCheckpoint(places, 6);
    await writeFile(join(anchors, '6.tsr'), 'x'.repeat(100_000));
    const found = await collectAnchors({ ...places, tsaCa: ca });
    assert.deepEqual([found.anchors, found.notes], [[], []]);
    assert.deepEqual(
      found.failures.map((note) => note.replace(/ \(.*/, '')),
      [
        'anchors/6.tsr: is larger than 65536 bytes',
        'anchors/5.tsr: cannot be read',
        'anchors/3.tsr: anchors/3.checkpoint is not that checkpoint',
        'anchors/2.tsr: anchors/2.checkpoint is not that checkpoint',
        'anchors/1.tsr: anchors/1.checkpoint cannot be read',
      ],
    );
  });

  it('beyond the newest 256 proofs are told of, not checked', async (t) => {
    const places = await makePlaces(t);
    for (let size = 1; size <= 258; size += 1) {
      await writeFile(join(places.projectFolder, 'anchors', `${size}.tsr`), '');
    }
    const { notes } = await collectAnchors(places);
    assert.equal(notes.length, 257);
    assert.match(notes.at(-1) ?? '', /^2 older proofs/);
  });
});

describe('notes that were kept elsewhere', () => {
  it('are taken as three lines or signed, with whatever a mail program did to them', async (t) => {
    const places = await makePlaces(t);
    const checkpoint = someCheckpoint(5);
    const [plain, signed] = [formatCheckpoint(checkpoint), key.signNote(checkpoint)];
    const file = join(places.folder, 'note');
    const spellings = [
      plain,
      signed,
      plain.slice(0, -1),
      `\uFEFF${plain.replaceAll('\n', '\r\n')}`,
      `\n  ${plain.replaceAll('\n', '  \n  ')}\n\n`,
      signed.replaceAll('\n', '\r\n'),
    ];
    for (const spelling of spellings) {
      await writeFile(file, spelling);
      const { anchors } = await collectAnchors({ ...places, files: [file] });
      assert.deepEqual(
        anchors.map(({ kind, by, checkpoint: found }) => [kind, by, found]),
        [['note', file, checkpoint]],
      );
      assert.equal(anchors[0]?.note === null, !spelling.includes('—'));
    }
  });

  it('of another log are kept, for whoever judges them to say so', async (t) => {
    const places = await makePlaces(t);
    const file = join(places.folder, 'note');
    await writeFile(file, formatCheckpoint(someCheckpoint(5, OTHER)));
    assert.equal((await collectAnchors({ ...places, files: [file] })).anchors.length, 1);
  });

  it('are refused with every problem of every file', async (t) => {
    const places = await makePlaces(t);
    const write = async (name: string, content: string | Uint8Array): Promise<string> => {
      await writeFile(join(places.folder, name), content);
      return join(places.folder, name);
    };
    const files = [
      await write('a', 'reeve/x\n-1\nroot\n'),
      await write('b', `${formatCheckpoint(someCheckpoint(5))}more\n`),
      await write('c', Uint8Array.of(0xff)),
      await write('d', 'x'.repeat(70_000)),
      join(places.folder, 'none'),
    ];
    await assert.rejects(collectAnchors({ ...places, files }), (error: Error & { details: unknown }) => {
      assert.deepEqual(error.details, {
        problems: [
          `${files[0]}: its first line is not reeve/ and the 32 digits of a log id`,
          `${files[0]}: its second line is not a number of lines`,
          `${files[0]}: its third line is not 32 bytes in base64`,
          `${files[1]}: what follows its third line is not an empty line and signatures`,
          `${files[2]} is not text in UTF-8`,
          `${files[3]} is larger than 65536 bytes`,
          `${files[4]} cannot be read (ENOENT)`,
        ],
      });
      return true;
    });
  });

  it('are asked for in vain where a file to check with is missing', async (t) => {
    const places = await makePlaces(t);
    const [tsaCa, allowedSigners] = [join(places.folder, 'a'), join(places.folder, 'b')];
    await assert.rejects(collectAnchors({ ...places, tsaCa, allowedSigners }), {
      code: 'USAGE',
      message: /b cannot be read \(ENOENT\); .*a cannot be read/,
    });
  });
});
