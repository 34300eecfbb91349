import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SetupError } from './run-entry.mjs';
import { withSetupLock } from './setup-lock.mjs';

const SHOWN_NPM_LINES = 15;

/**
 * Installs the locked packages unless `node_modules` already holds exactly those.
 *
 * @param {string} repository top folder of the checkout.
 * @throws {SetupError} when Node is too old or npm fails; the message says what to do.
 */
export async function ensureInstalled(repository) {
  assertNodeVersion(repository);
  if (isInstalled(repository)) return;
  await withSetupLock(repository, async () => {
    if (!isInstalled(repository)) await install(repository);
  });
}

/** @param {string} repository */
function assertNodeVersion(repository) {
  /** @type {{ engines: { node: string } }} */
  const { engines } = readJson(join(repository, 'package.json'));
  const wanted = /\d+\.\d+/.exec(engines.node)?.[0] ?? '0.0';
  const [major = 0, minor = 0] = wanted.split('.').map(Number);
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  throw new SetupError(
    `Node ${wanted} or newer is needed, this is ${process.versions.node}: see https://nodejs.org`,
  );
}

/** @param {string} repository */
function isInstalled(repository) {
  try {
    /** @type {Lock} */
    const locked = readJson(join(repository, 'package-lock.json'));
    /** @type {Lock} */
    const present = readJson(join(repository, 'node_modules', '.package-lock.json'));
    return listMissing(locked, present).length === 0;
  } catch {
    // npm writes its record last, so an absent or broken one means an absent or interrupted installation.
    return false;
  }
}

/**
 * Lists the packages of the lock that npm's own record of `node_modules` lacks or has in other bytes.
 *
 * Optional packages are for other systems more often than not, and npm decides about them: only a different
 * version of one that is there counts.
 *
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} Lock
 * @param {Lock} locked content of `package-lock.json`.
 * @param {Lock} present content of `node_modules/.package-lock.json`.
 * @returns {string[]} paths below the checkout, as npm writes them.
 */
export function listMissing(locked, present) {
  return Object.entries(locked.packages)
    .filter(([path, wanted]) => {
      if (path === '') return false;
      const found = present.packages[path];
      if (found === undefined) return !(wanted.optional || wanted.devOptional);
      return found.version !== wanted.version || found.integrity !== wanted.integrity;
    })
    .map(([path]) => path);
}

/** @param {string} repository */
async function install(repository) {
  const started = Date.now();
  console.error('reeve: installing the locked packages, about half a minute the first time');
  // No package needs its install scripts but better-sqlite3, which only the bench compiles, when it is run.
  // `--include=dev` because NODE_ENV=production would otherwise leave out the compiler.
  const { exitCode, output } = await runNpm(repository, [
    'ci',
    '--ignore-scripts',
    '--include=dev',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  if (exitCode !== 0) throw new SetupError(explainFailure(exitCode, output));
  if (!isInstalled(repository)) {
    throw new SetupError('package-lock.json does not fit package.json: run npm install, and commit the lock');
  }
  console.error(`reeve: installed in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/**
 * @param {string} repository
 * @param {string[]} args
 * @returns {Promise<{ exitCode: number | null, output: string }>}
 */
function runNpm(repository, args) {
  const runningNpm = process.env['npm_execpath'] ?? '';
  const [file, leading] =
    basename(runningNpm) === 'npm-cli.js' ? [process.execPath, [runningNpm]] : ['npm', []];
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...leading, ...args], {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'pipe'],
      // On Windows npm is a .cmd file, which only a shell can start; every argument is a constant of this file.
      shell: file === 'npm' && process.platform === 'win32',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => (output += chunk));
    }
    child.once('error', (cause) =>
      reject(new SetupError(`npm cannot be started (${cause.message}): is it on PATH?`)),
    );
    child.once('close', (exitCode) => resolve({ exitCode, output }));
  });
}

/**
 * @param {number | null} exitCode
 * @param {string} output
 */
function explainFailure(exitCode, output) {
  const told = output.trim().split('\n').slice(0, SHOWN_NPM_LINES).join('\n  ');
  return [
    `npm ci failed (exit ${exitCode ?? 'by signal'}):`,
    `  ${told}`,
    'Next: see that the registry answers (npm ping), that a proxy, if any, is set (npm config get proxy), and that',
    'this folder is writable; then run the same command again. What was already downloaded is used again.',
  ].join('\n');
}

/**
 * @template T
 * @param {string} path
 * @returns {T} believed, not checked: npm and this repository wrote the file.
 */
function readJson(path) {
  return /** @type {T} */ (JSON.parse(readFileSync(path, 'utf8')));
}
