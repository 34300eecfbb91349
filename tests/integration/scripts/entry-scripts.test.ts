import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { REPOSITORY } from '../../../scripts/repository.mjs';

const MAIN = `
import { greeting } from '../protocol/greeting.ts';
process.exitCode = 3;
if (process.argv.includes('--stay')) {
  const held = setInterval(() => {}, 1000);
  process.once('SIGTERM', () => clearInterval(held));
}
console.log(greeting, process.argv.slice(2).join(' '));
`;

/** A checkout of a tiny product, driven by the real entry scripts. */
async function createCheckout(t: TestContext, files: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-scripts-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const name of [
    'scripts',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ]) {
    await cp(join(REPOSITORY, name), join(folder, name), { recursive: true });
  }
  await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  await write('cli/main.ts', MAIN);
  await write('protocol/greeting.ts', "export const greeting: string = 'hello';\n");
  for (const [path, text] of Object.entries(files)) await write(path, text);
  return {
    write,
    read: (path: string) => readFile(join(folder, path), 'utf8'),
    modifiedAt: async (path: string) => (await stat(join(folder, path))).mtimeMs,
    start: (script: string, ...args: readonly string[]) =>
      spawn(process.execPath, [join(folder, 'scripts', script), ...args], { cwd: folder, stdio: 'pipe' }),
  };
}

async function endOf(child: ChildProcess) {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  await once(child, 'close');
  return { exitCode: child.exitCode, stdout, stderr };
}

test('npm test refuses an empty list of tests', async (t) => {
  const checkout = await createCheckout(t);
  const { exitCode, stderr } = await endOf(checkout.start('test.mjs'));
  assert.equal(exitCode, 1);
  assert.match(stderr, /there is no test/);
});

test('npm test refuses a filter that selects nothing, and names it', async (t) => {
  const checkout = await createCheckout(t, { 'tests/unit/a.test.ts': '' });
  const { exitCode, stderr } = await endOf(checkout.start('test.mjs', 'tests/unti'));
  assert.equal(exitCode, 1);
  assert.match(stderr, /tests\/unti/);
});

test('npm test refuses a file that declares no test', async (t) => {
  const checkout = await createCheckout(t, { 'tests/unit/a.test.ts': '' });
  const { exitCode, stderr } = await endOf(checkout.start('test.mjs'));
  assert.equal(exitCode, 1);
  assert.match(stderr, /declare no test:\n.*a\.test\.ts/);
});

test('npm test closes with the counts of the runner and fails with a failing test', async (t) => {
  const checkout = await createCheckout(t, {
    'tests/unit/a.test.ts': `import test from 'node:test';
test('holds', () => {});
test('fails', () => { throw new Error('as it should'); });`,
  });
  const all = await endOf(checkout.start('test.mjs'));
  assert.equal(all.exitCode, 1);
  assert.match(all.stdout, /ℹ tests 2\n[^]*ℹ pass 1\nℹ fail 1\n/);
  const one = await endOf(checkout.start('test.mjs', '--name', 'holds'));
  assert.equal(one.exitCode, 0, one.stderr);
  const none = await endOf(checkout.start('test.mjs', '--name', 'neither'));
  assert.equal(none.exitCode, 1);
  assert.match(none.stderr, /no test ran/);
});

test('npm run coverage refuses an untaken branch of the pure code', async (t) => {
  const checkout = await createCheckout(t, {
    'protocol/sign.ts': "export const sign = (n: number): string => (n < 0 ? 'minus' : 'plus');\n",
    'protocol/shape.ts': 'export interface Shape { readonly side: number }\n',
    'tests/unit/greeting.test.ts': `import '../../protocol/greeting.ts';
import test from 'node:test';
test('greets', () => {});`,
    'tests/unit/sign.test.ts': `import assert from 'node:assert/strict';
import test from 'node:test';
import { sign } from '../../protocol/sign.ts';
test('knows minus', () => assert.equal(sign(-1), 'minus'));`,
  });
  const half = await endOf(checkout.start('test.mjs', '--coverage'));
  assert.equal(half.exitCode, 1);
  assert.match(half.stderr, /branches .* protocol\/sign\.ts/);
  await checkout.write(
    'tests/unit/sign-plus.test.ts',
    `import assert from 'node:assert/strict';
import test from 'node:test';
import { sign } from '../../protocol/sign.ts';
test('knows plus', () => assert.equal(sign(1), 'plus'));`,
  );
  const whole = await endOf(checkout.start('test.mjs', '--coverage'));
  assert.equal(whole.exitCode, 0, whole.stderr);
});

test('npm run build compiles when a source changed and only then', async (t) => {
  const checkout = await createCheckout(t);
  const first = await endOf(checkout.start('build.mjs'));
  assert.equal(first.exitCode, 0, first.stderr);
  assert.equal(first.stdout, '');
  const builtAt = await checkout.modifiedAt('dist/cli/main.js');
  assert.match((await endOf(checkout.start('build.mjs'))).stderr, /up to date/);
  assert.equal(await checkout.modifiedAt('dist/cli/main.js'), builtAt);
  await checkout.write('protocol/greeting.ts', "export const greeting: string = 'good day';\n");
  await endOf(checkout.start('build.mjs'));
  assert.match(await checkout.read('dist/protocol/greeting.js'), /good day/);
});

test('npm run build leaves dist as it was when the sources do not compile', async (t) => {
  const checkout = await createCheckout(t);
  await endOf(checkout.start('build.mjs'));
  await checkout.write('protocol/greeting.ts', 'export const greeting: number = "no number";\n');
  const { exitCode, stderr } = await endOf(checkout.start('build.mjs'));
  assert.equal(exitCode, 1);
  assert.match(stderr, /protocol\/greeting\.ts\(1,14\): error TS2322/);
  assert.match(await checkout.read('dist/protocol/greeting.js'), /hello/);
});

test('npm run build refuses compiled code that would look for a TypeScript file', async (t) => {
  const checkout = await createCheckout(t, {
    'cli/child.ts': "export const child = new URL('./other.ts', import.meta.url);\n",
  });
  const { exitCode, stderr } = await endOf(checkout.start('build.mjs'));
  assert.equal(exitCode, 1);
  assert.match(stderr, /dist\/cli\/child\.js names a TypeScript file/);
});

test('npm run build ships declarations of the protocol alone, naming JavaScript files', async (t) => {
  const checkout = await createCheckout(t, {
    'protocol/generated/made.js': 'export const made = 1;\n',
    'protocol/generated/made.d.ts': "export declare const made: import('../greeting.ts').Made;\n",
    'protocol/index.ts': "export { greeting } from './greeting.ts';\n",
  });
  await endOf(checkout.start('build.mjs'));
  assert.match(await checkout.read('dist/protocol/index.d.ts'), /from ['"]\.\/greeting\.js['"]/);
  assert.match(await checkout.read('dist/protocol/generated/made.d.ts'), /import\('\.\.\/greeting\.js'\)/);
  assert.equal(await checkout.read('dist/protocol/generated/made.js'), 'export const made = 1;\n');
  await assert.rejects(checkout.read('dist/cli/main.d.ts'), { code: 'ENOENT' });
});

test('npm start hands its arguments to the CLI and ends with its exit code', async (t) => {
  const checkout = await createCheckout(t);
  const { exitCode, stdout } = await endOf(checkout.start('start.mjs', '--once'));
  assert.equal(stdout, 'hello start --with-examples --once\n');
  assert.equal(exitCode, 3);
});

test('npm start lets a signal reach the CLI', { skip: process.platform === 'win32' }, async (t) => {
  const checkout = await createCheckout(t);
  const child = checkout.start('start.mjs', '--stay');
  const ended = endOf(child);
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  assert.equal((await ended).exitCode, 3);
});
