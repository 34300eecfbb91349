import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';
import { listFiles } from './list-files.mjs';
import { REPOSITORY } from './repository.mjs';
import { runEntry, SetupError } from './run-entry.mjs';

const EXECUTABLE = 'dist/cli/main.js';
const STAMP = 'dist/.inputs.sha256';

// Everything is compiled in memory first: a type error leaves the last good dist/ as it was.
await runEntry(async () => {
  const [inputsDigest] = process.argv.slice(2);
  if (inputsDigest === undefined) throw new SetupError('run npm run build: it knows what to build from');
  const program = createProgram();
  reportErrors(ts.getPreEmitDiagnostics(program));
  const outputs = new Map([...emit(program), ...copyGenerated(), ...copyStandalone()]);
  assertImportsResolve(outputs);
  replaceDist(outputs, inputsDigest);
});

function createProgram() {
  const config = ts.getParsedCommandLineOfConfigFile(join(REPOSITORY, 'tsconfig.build.json'), undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => reportErrors([diagnostic]),
  });
  if (config === undefined) throw new SetupError('tsconfig.build.json cannot be read');
  reportErrors(config.errors);
  return ts.createProgram({ rootNames: config.fileNames, options: config.options });
}

/** @param {readonly ts.Diagnostic[]} diagnostics */
function reportErrors(diagnostics) {
  if (diagnostics.length === 0) return;
  const host = {
    getCanonicalFileName: (/** @type {string} */ name) => name,
    getCurrentDirectory: () => REPOSITORY,
    getNewLine: () => '\n',
  };
  const format = process.stderr.isTTY ? ts.formatDiagnosticsWithColorAndContext : ts.formatDiagnostics;
  console.error(format(diagnostics, host).trimEnd());
  throw new SetupError(`${diagnostics.length} type errors; dist/ is unchanged`);
}

/**
 * @param {ts.Program} program
 * @returns {Map<string, string>} text by path in the checkout.
 */
function emit(program) {
  /** @type {Map<string, string>} */
  const outputs = new Map();
  const { diagnostics } = program.emit(undefined, (path, text) => {
    const name = toRepositoryPath(path);
    if (!name.endsWith('.d.ts')) outputs.set(name, text);
    // Only the protocol is a library; the daemon's and the CLI's declarations would be a promise nobody made.
    else if (name.startsWith('dist/protocol/')) outputs.set(name, withJsSpecifiers(text));
  });
  reportErrors(diagnostics);
  return outputs;
}

/**
 * Rewrites the relative `.ts` specifiers that the compiler leaves in declarations.
 *
 * @param {string} declarations
 */
function withJsSpecifiers(declarations) {
  return declarations.replace(/(\bfrom |\bimport\(|\bimport )(["']\.{1,2}\/[^"']*)\.ts(["'])/g, '$1$2.js$3');
}

/** Generated JavaScript has its declarations beside it, so the compiler never emits it. */
function copyGenerated() {
  return listFiles(REPOSITORY, 'protocol/generated')
    .filter((path) => /\.(js|d\.ts)$/.test(path))
    .map(copied);
}

/** Goes into every archive as it is: an auditor compares it with the sources. */
function copyStandalone() {
  return listFiles(REPOSITORY, 'daemon/archive/standalone')
    .filter((path) => path.endsWith('.mjs'))
    .map(copied);
}

/**
 * @param {string} path
 * @returns {[string, string]}
 */
function copied(path) {
  const text = readFileSync(join(REPOSITORY, path), 'utf8');
  return [`dist/${path}`, path.endsWith('.d.ts') ? withJsSpecifiers(text) : text];
}

/**
 * Fails on a `.ts` file named by compiled code: Node would look for it only when that line runs, at the user's.
 *
 * @param {ReadonlyMap<string, string>} outputs
 */
function assertImportsResolve(outputs) {
  const naming = /(?:\bfrom|\bimport|\bimport\(|new URL\()\s*["'][^"']*(?<!\.d)\.ts["']/;
  for (const [path, text] of outputs) {
    const found = naming.exec(text);
    if (found !== null) throw new SetupError(`${path} names a TypeScript file: ${found[0]}`);
  }
}

/**
 * @param {ReadonlyMap<string, string>} outputs
 * @param {string} inputsDigest
 */
function replaceDist(outputs, inputsDigest) {
  // The stamp goes first and comes last: an interrupted build is seen as no build.
  rmSync(join(REPOSITORY, STAMP), { force: true });
  for (const path of listFiles(REPOSITORY, 'dist')) {
    if (!outputs.has(path)) rmSync(join(REPOSITORY, path));
  }
  for (const [path, text] of outputs) replaceFile(path, text);
  chmodSync(join(REPOSITORY, EXECUTABLE), 0o755);
  replaceFile(STAMP, inputsDigest);
}

/**
 * A daemon may be running from dist/: it must find the old file or the new one, never half of one.
 *
 * @param {string} path
 * @param {string} text
 */
function replaceFile(path, text) {
  const target = join(REPOSITORY, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(`${target}.next`, text);
  renameSync(`${target}.next`, target);
}

/** @param {string} path absolute, as the compiler writes it. */
function toRepositoryPath(path) {
  return relative(REPOSITORY, path).split(sep).join('/');
}
