import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles } from './list-files.mjs';
import { SetupError } from './run-entry.mjs';
import { withSetupLock } from './setup-lock.mjs';

const SOURCE_FOLDERS = ['protocol', 'daemon', 'cli'];
const SETTINGS = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/compile.mjs',
];

/**
 * Compiles the sources to `dist/` unless it was built from exactly these bytes.
 *
 * @param {string} repository top folder of the checkout, with its packages installed.
 * @returns {Promise<boolean>} whether anything had to be compiled.
 * @throws {SetupError} when the sources do not compile; the compiler has then said where.
 */
export async function ensureBuilt(repository) {
  if (isBuilt(repository)) return false;
  return withSetupLock(repository, async () => {
    if (isBuilt(repository)) return false;
    await compile(repository);
    return true;
  });
}

/** @param {string} repository */
function isBuilt(repository) {
  const stamp = join(repository, 'dist', '.inputs.sha256');
  return (
    existsSync(join(repository, 'dist', 'cli', 'main.js')) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === digestInputs(repository)
  );
}

/** @param {string} repository */
function digestInputs(repository) {
  const sources = SOURCE_FOLDERS.flatMap((folder) => listFiles(repository, folder));
  const total = createHash('sha256');
  for (const path of [...SETTINGS, ...sources]) {
    const digest = createHash('sha256')
      .update(readFileSync(join(repository, path)))
      .digest('hex');
    total.update(`${digest}  ${path}\n`);
  }
  return total.digest('hex');
}

/**
 * Compiles in a process of its own: the compiler's memory must not stay with a daemon that runs for weeks.
 *
 * @param {string} repository
 */
async function compile(repository) {
  const started = Date.now();
  console.error('reeve: building dist/');
  const inputs = digestInputs(repository);
  const child = spawn(process.execPath, [join(repository, 'scripts', 'compile.mjs'), inputs], {
    cwd: repository,
    // Standard output stays clean: `npm pack --json` and `reeve … --json` are read by programs.
    stdio: ['ignore', 2, 2],
  });
  /** @type {number | null} */
  const exitCode = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (exitCode !== 0) throw new SetupError('dist/ could not be built, see above');
  console.error(`reeve: built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
