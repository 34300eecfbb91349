import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { ensureBuilt } from '../../../scripts/ensure-built.mjs';
import { REPOSITORY } from '../../../scripts/repository.mjs';
import manifest from '../../../package.json' with { type: 'json' };

const run = promisify(execFile);
const skip = process.platform === 'win32' ? 'npm is a shell script here' : false;

/** The files npm would put into the tarball. */
async function listPacked(): Promise<readonly string[]> {
  await ensureBuilt(REPOSITORY);
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: REPOSITORY,
  });
  const [packed] = JSON.parse(stdout) as readonly { readonly files: readonly { readonly path: string }[] }[];
  assert.ok(packed !== undefined);
  return packed.files.map(({ path }) => path);
}

/** A project elsewhere that has the packed files installed, and of other packages only the dependencies. */
async function installElsewhere(t: TestContext): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'reeve-packed-'));
  t.after(() => rm(project, { recursive: true, force: true }));
  const modules = join(project, 'node_modules');
  for (const path of await listPacked()) {
    await mkdir(dirname(join(modules, 'reeve', path)), { recursive: true });
    await cp(join(REPOSITORY, path), join(modules, 'reeve', path));
  }
  for (const name of Object.keys(manifest.dependencies)) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(REPOSITORY, 'node_modules', name), join(modules, name), 'junction');
  }
  await writeFile(join(project, 'package.json'), '{ "type": "module" }\n');
  return project;
}

test('the tarball holds compiled code, contracts and papers, and no source or test', { skip }, async () => {
  const packed = await listPacked();
  for (const path of ['dist/cli/main.js', 'dist/protocol/index.d.ts', 'LICENSE', 'README.md']) {
    assert.ok(packed.includes(path), path);
  }
  assert.deepEqual(
    packed.filter((path) => /\.test\.|(?<!\.d)\.ts$|^(tests|scripts|workflow|progress)\//.test(path)),
    [],
  );
});

test('the installed package provides reeve', { skip }, async (t) => {
  const project = await installElsewhere(t);
  const main = join(project, 'node_modules/reeve', manifest.bin.reeve);
  const { stdout } = await run(process.execPath, [main, '--version'], { cwd: project });
  assert.equal(stdout, `${manifest.version}\n`);
  const { stdout: help } = await run(process.execPath, [main, '--help'], { cwd: project });
  assert.match(help, /reeve/);
});

test('the installed package lets an outside tool import the typed protocol', { skip }, async (t) => {
  const project = await installElsewhere(t);
  await writeFile(
    join(project, 'tool.ts'),
    "import { ERROR_CODES } from 'reeve/protocol';\nconst first: 'USAGE' = ERROR_CODES[0];\nconsole.log(first);\n",
  );
  const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2023'];
  await run(process.execPath, [tsc, ...options, 'tool.ts'], { cwd: project }).catch((error: unknown) => {
    assert.fail(String((error as { stdout?: string }).stdout));
  });
  const { stdout } = await run(process.execPath, ['tool.js'], { cwd: project });
  assert.equal(stdout, 'USAGE\n');
});
