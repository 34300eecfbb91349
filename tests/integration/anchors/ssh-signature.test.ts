import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { signWithSsh, verifySshSignature } from '../../../daemon/anchors/ssh-signature.ts';
import { skipWithout } from '../../helpers/time-authority.ts';

const DATA = Buffer.from('what is signed\n');

async function makeSigner(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-ssh-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const env = { PATH: process.env['PATH'], HOME: folder };
  const [keyFile, file, allowedSigners] = ['key', 'data', 'allowed'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', keyFile], { env });
  await writeFile(file, DATA);
  const publicKey = (await readFile(`${keyFile}.pub`, 'utf8')).trim();
  await writeFile(allowedSigners, `auditor@example.invalid ${publicKey}\n`);
  return { folder, env, keyFile, file, allowedSigners, signatureFile: `${file}.sig`, publicKey };
}

describe('a signature by ssh-keygen', { skip: skipWithout('ssh-keygen') }, () => {
  it('is attributed to the allowed signer who made it', async (t) => {
    const signer = await makeSigner(t);
    const signature = await signWithSsh(signer);
    assert.match(Buffer.from(signature).toString(), /^-----BEGIN SSH SIGNATURE-----/);
    const verified = await verifySshSignature({ ...signer, data: DATA });
    assert.deepEqual(verified, { signer: 'auditor@example.invalid' });
  });

  it('over something else is not right', async (t) => {
    const signer = await makeSigner(t);
    await signWithSsh(signer);
    const verified = await verifySshSignature({ ...signer, data: Buffer.from('something else\n') });
    assert.ok('problem' in verified && verified.problem.startsWith('the signature is not right'));
  });

  it('by a key that is not allowed, or allowed for other purposes only, counts for nothing', async (t) => {
    const signer = await makeSigner(t);
    await signWithSsh(signer);
    const lines = ['', `auditor@example.invalid namespaces="file" ${signer.publicKey}\n`];
    for (const line of lines) {
      await writeFile(signer.allowedSigners, line);
      const verified = await verifySshSignature({ ...signer, data: DATA });
      assert.ok('problem' in verified, JSON.stringify(verified));
    }
  });

  it('made for another purpose counts for nothing', async (t) => {
    const signer = await makeSigner(t);
    const args = ['-q', '-Y', 'sign', '-n', 'file', '-f', signer.keyFile, signer.file];
    execFileSync('ssh-keygen', args, { env: signer.env, stdio: 'ignore' });
    const verified = await verifySshSignature({ ...signer, data: DATA });
    assert.ok('problem' in verified && /namespace/.test(verified.problem), JSON.stringify(verified));
  });

  it('is not made without a key, and is neither made nor checked where ssh-keygen is missing', async (t) => {
    const signer = await makeSigner(t);
    await assert.rejects(signWithSsh({ ...signer, keyFile: join(signer.folder, 'none') }), {
      code: 'IO_FAILED',
    });
    await signWithSsh(signer);
    const env = { PATH: signer.folder, HOME: signer.folder };
    await assert.rejects(signWithSsh({ ...signer, env }), { code: 'IO_FAILED' });
    const verified = await verifySshSignature({ ...signer, data: DATA, env });
    assert.deepEqual(verified, { problem: 'no allowed signer made it: ssh-keygen is not installed' });
  });
});
