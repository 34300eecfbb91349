import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createSandbox } from './run-reeve.ts';

describe('reeve', () => {
  it('tells its version', async (t) => {
    const { reeve } = await createSandbox(t);
    const { exit, stdout } = await reeve('--version');
    const manifest = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
    assert.equal(stdout, `${(JSON.parse(manifest) as { version: string }).version}\n`);
    assert.equal(exit, 0);
  });

  it('sets a repository up once, ignored by git, and never overwrites', async (t) => {
    const { reeve, root, git, write } = await createSandbox(t);
    const first = await reeve('init', '--json');
    assert.equal(first.exit, 0, first.stderr);
    const { data } = JSON.parse(first.stdout) as { data: { created: string[]; kept: string[] } };
    assert.deepEqual(data.created, [
      'reeve.yaml',
      'workflow/.gitignore',
      'workflow/.gitattributes',
      'progress/.gitignore',
      '.reeve/.gitignore',
    ]);
    assert.equal(await git('status', '--porcelain'), '?? reeve.yaml');
    const yaml = await readFile(join(root, 'reeve.yaml'), 'utf8');
    assert.match(
      yaml,
      /^# yaml-language-server: \$schema=\.reeve\/schemas\/config\.schema\.json\n\$schema: /,
    );
    assert.ok((await stat(join(root, '.reeve/schemas/config.schema.json'))).isFile());

    await write('reeve.yaml', 'project: mine\n');
    const second = await reeve('init');
    assert.equal(second.exit, 0);
    assert.match(second.stdout, /kept reeve\.yaml as it was/);
    assert.equal(await readFile(join(root, 'reeve.yaml'), 'utf8'), 'project: mine\n');
  });

  it('lists every problem of a pack and exits 1; a valid one exits 0', async (t) => {
    const { reeve, write } = await createSandbox(t);
    await write('bad.json', '{"task_kind": "step", "task_id": "../x", "task_id": "y"}');
    const bad = await reeve('validate', 'bad.json', '--json');
    assert.equal(bad.exit, 1);
    const { data } = JSON.parse(bad.stdout) as {
      data: { valid: boolean; problems: { code: string; pointer: string }[] };
    };
    assert.equal(data.valid, false);
    assert.ok(data.problems.some(({ code, pointer }) => code === 'DUPLICATE_KEY' && pointer === '/task_id'));
    assert.match((await reeve('validate', 'bad.json')).stdout, /✗ refused \(/);
  });

  it('refuses what is no pack file at all: absent, a folder, too large', async (t) => {
    const { reeve, write } = await createSandbox(t);
    await write('big.json', ' '.repeat(2 * 1024 * 1024));
    const codes = [];
    for (const file of ['absent.json', '.', 'big.json']) {
      const { stdout } = await reeve('validate', file, '--json');
      codes.push((JSON.parse(stdout) as { error: { code: string } }).error.code);
    }
    assert.deepEqual(codes, ['NOT_FOUND', 'USAGE', 'PACK_INVALID']);
  });

  it('examines the machine and says what to do about a repository without commits', async (t) => {
    const { reeve } = await createSandbox(t, { commit: false });
    const { exit, stdout } = await reeve('doctor', '--json');
    assert.equal(exit, 1);
    const { data } = JSON.parse(stdout) as {
      data: { findings: { check: string; state: string; fix: string | null }[] };
    };
    const found = new Map(data.findings.map((finding) => [finding.check, finding]));
    assert.equal(found.get('node')?.state, 'ok');
    assert.equal(found.get('repository')?.state, 'fail');
    assert.match(found.get('repository')?.fix ?? '', /git commit/);
    assert.equal(found.get('workers')?.state, 'warn');
  });

  it('prints completion scripts that the shells accept', async (t) => {
    const { reeve, write, git } = await createSandbox(t);
    const { stdout } = await reeve('completion', 'bash');
    await write(
      'completion.bash',
      `${stdout}\nCOMP_WORDS=(reeve st); COMP_CWORD=1; _reeve; echo "\${COMPREPLY[*]}"\n`,
    );
    assert.equal(await git('-c', 'alias.run=!bash completion.bash', 'run'), 'start stop status');
    assert.match((await reeve('completion', 'zsh')).stdout, /^#compdef reeve/);
    assert.match((await reeve('completion', 'fish')).stdout, /-a validate -d/);
  });

  it('works from any folder of the repository, and --repo leads to another', async (t) => {
    const { reeve, root } = await createSandbox(t);
    const other = await createSandbox(t);
    await other.write('reeve.yaml', 'project: elsewhere\nlimits: { parallel: 0 }\n');
    const { exit, stderr } = await reeve('status', '--repo', other.root);
    assert.equal(exit, 2);
    assert.ok(stderr.includes(join(other.root, 'reeve.yaml:2:21')), stderr);
    assert.ok(!stderr.includes(root));
  });

  it('ends quietly when its reader goes away', async (t) => {
    const { reeve, git, write } = await createSandbox(t);
    assert.equal((await reeve('status')).exit, 0);
    const main = new URL('../../../cli/main.ts', import.meta.url).pathname;
    const command = `"${process.execPath}" --import "${import.meta.resolve('tsx')}" "${main}" completion fish 2>err | head -n 1`;
    await write('pipe.sh', `${command}\n`);
    assert.match(await git('-c', 'alias.run=!bash pipe.sh', 'run'), /reeve completion for fish/);
    assert.equal(await git('-c', 'alias.run=!cat err', 'run'), '');
  });
});
