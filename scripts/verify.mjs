/**
 * `npm run verify [-- --fix] [-- --only types,lint]`: the one gate. Runs every check, then shows what failed.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ensureInstalled } from './ensure-installed.mjs';
import { REPOSITORY } from './repository.mjs';
import { runEntry, SetupError } from './run-entry.mjs';

/**
 * A check is a Node program and its arguments; `fix` are the arguments that repair instead of complain.
 *
 * @typedef {{ name: string, claim: string, run: readonly string[], fix?: readonly string[] }} Check
 */

const TSX = ['--import', 'tsx'];
const OXLINT = ['node_modules/oxlint/bin/oxlint', '--type-aware', '--report-unused-disable-directives'];

/** @type {readonly Check[]} */
const CHECKS = [
  {
    name: 'generated',
    claim: 'generated code matches the schemas',
    run: [...TSX, 'scripts/generate.ts', '--check'],
    fix: [...TSX, 'scripts/generate.ts'],
  },
  {
    name: 'format',
    claim: 'files are formatted',
    run: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
    fix: ['node_modules/prettier/bin/prettier.cjs', '--write', '--log-level=warn', '.'],
  },
  {
    name: 'types',
    claim: 'types hold',
    run: ['node_modules/typescript/bin/tsc', '--project', 'tsconfig.json', '--pretty'],
  },
  {
    name: 'lint',
    claim: 'the linter has no objection',
    run: [...OXLINT, '--deny-warnings'],
    fix: [...OXLINT, '--deny-warnings', '--fix'],
  },
  {
    name: 'boundaries',
    claim: 'imports point inward, without cycles',
    run: [
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      '--config=.dependency-cruiser.cjs',
      '--output-type=err-long',
      'protocol',
      'daemon',
      'cli',
      'scripts',
      'tests',
    ],
  },
  {
    name: 'dead-code',
    claim: 'nothing is unused',
    run: ['node_modules/knip/bin/knip.js', '--no-progress'],
  },
  {
    name: 'docs',
    claim: 'reference pages match the schemas and the code',
    run: [...TSX, 'scripts/render-docs.ts', '--check'],
    fix: [...TSX, 'scripts/render-docs.ts'],
  },
  {
    name: 'errors',
    claim: 'docs/errors.md lists exactly the error codes',
    run: [...TSX, 'scripts/check-error-docs.ts'],
  },
  {
    name: 'coverage',
    claim: 'tests take every branch of the pure code',
    run: ['scripts/test.mjs', '--coverage'],
  },
];

await runEntry(async () => {
  const { fix, checks } = readArguments();
  await ensureInstalled(REPOSITORY);
  const failures = [];
  for (const check of checks) {
    const output = await runCheck(check, fix);
    if (output !== undefined) failures.push({ check, output });
  }
  for (const { check, output } of failures) console.log(`\n── ${check.name} ──\n${output.trimEnd()}`);
  console.log(`\n${checks.length - failures.length} of ${checks.length} checks hold`);
  if (failures.length > 0) {
    console.log(`again: npm run verify -- --only ${failures.map(({ check }) => check.name).join(',')}`);
  }
  return failures.length === 0 ? 0 : 1;
});

function readArguments() {
  const names = CHECKS.map(({ name }) => name);
  const usage = `Usage: npm run verify -- [--fix] [--only ${names.join(',')}]`;
  let values;
  try {
    ({ values } = parseArgs({
      options: { fix: { type: 'boolean', default: false }, only: { type: 'string' } },
    }));
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
  const wanted = values.only?.split(',') ?? names;
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new SetupError(`there is no check named ${unknown.join(', ')}\n${usage}`);
  return { fix: values.fix, checks: CHECKS.filter(({ name }) => wanted.includes(name)) };
}

/**
 * @param {Check} check
 * @param {boolean} fix
 * @returns {Promise<string | undefined>} the output of a failed check.
 */
async function runCheck(check, fix) {
  const started = Date.now();
  if (process.stdout.isTTY) process.stdout.write(`  ${check.claim} …`);
  const { exitCode, output } = await runNode((fix && check.fix) || check.run);
  const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(6);
  const overwrite = process.stdout.isTTY ? '\r\x1b[2K' : '';
  const mark = exitCode === 0 ? '✔' : '✖';
  console.log(`${overwrite}${mark} ${check.name.padEnd(10)} ${seconds} s  ${check.claim}`);
  return exitCode === 0 ? undefined : output;
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<{ exitCode: number | null, output: string }>}
 */
function runNode(args) {
  const env = process.stdout.isTTY ? { ...process.env, FORCE_COLOR: '1' } : process.env;
  const child = spawn(process.execPath, args, { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'pipe'], env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (exitCode) => resolve({ exitCode, output }));
  });
}
