/**
 * `npm test [-- FILTER… --name PATTERN]`: runs the tests, closing with the runner's own counts.
 * `npm run coverage` (`--coverage`): runs the unit and property tests and demands every branch of the pure code.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './ensure-built.mjs';
import { ensureInstalled } from './ensure-installed.mjs';
import { listFiles } from './list-files.mjs';
import { REPOSITORY } from './repository.mjs';
import { runEntry, SetupError } from './run-entry.mjs';
import { selectTests } from './select-tests.mjs';

const COVERING_TESTS = ['tests/unit', 'tests/property'];
const COVERED_SOURCES = ['protocol', 'daemon/domain'];

await runEntry(async () => {
  const { values, positionals } = readArguments();
  await ensureInstalled(REPOSITORY);
  const folders = values.coverage ? COVERING_TESTS : ['tests'];
  const files = selectTests(
    folders.flatMap((folder) => listFiles(REPOSITORY, folder)),
    positionals,
  );
  if (files.length === 0) throw new SetupError(explainNothing(positionals));
  // The end-to-end tests run the compiled CLI, as a user does; the covered tests import the sources.
  if (!values.coverage) await ensureBuilt(REPOSITORY);
  return run(files, values);
});

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { coverage: { type: 'boolean', default: false }, name: { type: 'string' } },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SetupError(`${reason}\nUsage: npm test -- [PART_OF_A_PATH…] [--name PATTERN] [--coverage]`);
  }
}

/** @param {readonly string[]} filters */
function explainNothing(filters) {
  if (filters.length === 0) return 'there is no test: tests/ holds no *.test.ts file';
  return `no test file has ${filters.join(' or ')} in its path; npm test without arguments runs all of them`;
}

/**
 * @param {readonly string[]} files
 * @param {{ coverage: boolean, name?: string | undefined }} options
 * @returns {Promise<number>} exit code.
 */
async function run(files, options) {
  const scratch = mkdtempSync(join(tmpdir(), 'reeve-test-'));
  try {
    const tallyPath = join(scratch, 'tally.json');
    const runner = ['--import', 'tsx', '--test', ...runnerOptions(tallyPath, options.name), ...files];
    const exitCode = await runNode(options.coverage ? [...(await coverageTool(scratch)), ...runner] : runner);
    return exitCode === 0 ? judge(tallyPath) : exitCode;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {string} tallyPath
 * @param {string | undefined} name
 */
function runnerOptions(tallyPath, name) {
  return [
    // Two at least: a test that waits for a process leaves its core to another.
    `--test-concurrency=${Math.min(Math.max(availableParallelism(), 2), 8)}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=./scripts/tally-reporter.mjs',
    `--test-reporter-destination=${tallyPath}`,
    ...(name === undefined ? [] : [`--test-name-pattern=${name}`]),
  ];
}

/** @param {string} scratch */
async function coverageTool(scratch) {
  const sources = COVERED_SOURCES.flatMap((folder) => listFiles(REPOSITORY, folder));
  return [
    'node_modules/c8/bin/c8.js',
    '--all',
    ...COVERED_SOURCES.flatMap((folder) => ['--src', folder, '--include', `${folder}/**/*.ts`]),
    '--exclude=protocol/generated/**',
    ...(await listTypeOnly(sources)).map((path) => `--exclude=${path}`),
    '--extension=.ts',
    '--check-coverage',
    '--per-file',
    '--branches=100',
    // Needed for the branches to mean anything: those of a function that nobody calls are not counted at all.
    '--functions=100',
    '--lines=0',
    '--statements=0',
    '--reporter=text',
    '--reporter=lcovonly',
    '--skip-full',
    `--temp-directory=${join(scratch, 'v8')}`,
    process.execPath,
  ];
}

/**
 * Lists the sources that hold types alone: they vanish in compilation, so no test can load them.
 *
 * @param {readonly string[]} paths
 */
async function listTypeOnly(paths) {
  const { default: ts } = await import('typescript');
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2023,
    removeComments: true,
  };
  return paths.filter((path) => {
    if (!path.endsWith('.ts')) return false;
    const { outputText } = ts.transpileModule(readFileSync(join(REPOSITORY, path), 'utf8'), {
      compilerOptions,
    });
    return ['', 'export {};'].includes(outputText.trim());
  });
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
function runNode(args) {
  // A runner that believes it is a test of another runner reports to nobody and exits 0.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, args, { cwd: REPOSITORY, stdio: 'inherit', env });
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (exitCode) => resolve(exitCode ?? 1));
  });
}

/**
 * Judges a run that the runner calls a success: one that ran nothing is a failure.
 *
 * @param {string} tallyPath
 * @returns {number} exit code.
 */
function judge(tallyPath) {
  const tally = /** @type {import('./tally-reporter.mjs').Tally} */ (
    JSON.parse(readFileSync(tallyPath, 'utf8'))
  );
  if (tally.emptyFiles.length > 0) {
    throw new SetupError(`these files declare no test:\n  ${tally.emptyFiles.join('\n  ')}`);
  }
  if (tally.passed === 0) throw new SetupError(`no test ran (${tally.skipped} skipped)`);
  return 0;
}
