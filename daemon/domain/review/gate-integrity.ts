import type { FileChange, Finding } from '../../../protocol/generated/types.ts';

/** Programs that run the script named by their first argument which is not an option. */
const INTERPRETERS =
  /^(node|nodejs|deno|bun|tsx|ts-node|python[\d.]*|ruby|perl|php|bash|sh|zsh|dash|pwsh|Rscript|lua)$/;

const TEST_RUN =
  /(^|[^a-z])(tests?|pytest|unittest|nose2|jest|vitest|mocha|ava|tap|rspec|phpunit|ctest|tox|nox|check|verify)([^a-z]|$)/i;

const TEST_FILES =
  /(^|\/)(tests?|__tests__|spec|specs|testing)\/|(^|\/)(test_[^/]*|[^/]*_test|conftest)\.[a-z]+$|\.(test|spec)\.[a-z]+$|(^|\/)__snapshots__\//i;

/** Configuration that decides what a check checks, by the program that reads it. */
const CONFIGURATION: readonly { readonly program: RegExp; readonly files: RegExp }[] = [
  { program: /^(npm|npx|yarn|pnpm|bun|corepack)$/, files: /(^|\/)(package\.json|\.npmrc|\.yarnrc\.yml)$/ },
  { program: /^(make|gmake)$/, files: /(^|\/)(GNUmakefile|[Mm]akefile|[^/]+\.mk)$/ },
  {
    program: /^(just|task|rake|tox|nox|pre-commit)$/,
    files: /(^|\/)(justfile|Taskfile\.ya?ml|Rakefile|tox\.ini|noxfile\.py|\.pre-commit-config\.yaml)$/i,
  },
  {
    program: /^(python[\d.]*|pytest|py\.test|ruff|flake8|mypy|pylint|black|coverage|uv|poetry)$/,
    files:
      /(^|\/)(pytest\.ini|setup\.cfg|tox\.ini|pyproject\.toml|conftest\.py|\.?ruff\.toml|\.flake8|mypy\.ini|\.pylintrc|\.coveragerc|sitecustomize\.py)$/,
  },
  {
    program: /^(npm|npx|yarn|pnpm|bun|node|eslint|oxlint|biome|prettier|tsc|jest|vitest|mocha|ava|c8|nyc)$/,
    files:
      /(^|\/)(\.?eslint(rc)?[^/]*|\.oxlintrc\.json|biome\.jsonc?|\.prettierrc[^/]*|tsconfig[^/]*\.json|(jest|vitest|vite|ava)\.config\.[^/]+|\.mocharc[^/]*|\.nycrc[^/]*|\.c8rc[^/]*)$/,
  },
  { program: /^(go|golangci-lint)$/, files: /(^|\/)\.golangci\.[^/]+$/ },
  { program: /^(cargo)$/, files: /(^|\/)(\.cargo\/config(\.toml)?|clippy\.toml|rustfmt\.toml)$/ },
];

/**
 * Finds changes to the very things that judge the work: scripts the required commands run, tests that were there
 * before, and the configuration of test and lint programs.
 *
 * Threat: a worker that deletes the failing test, or edits the gate script, passes honestly run commands. New test
 * files are work, not tampering; new *configuration* is not, since it can silence a check. A path that the pack lists
 * literally (no wildcard) among its allowed paths was put into the worker's hands by the person who wrote the pack.
 */
export function gateIntegrityFindings(
  changes: readonly FileChange[],
  commands: readonly (readonly string[])[],
  allowedPaths: readonly string[],
): readonly Finding[] {
  const handedOver = new Set(allowedPaths);
  const paths = changes
    .filter((change) => !handedOver.has(change.path) && commands.some((argv) => judges(change, argv)))
    .map((change) => change.path);
  if (paths.length === 0) return [];
  return [{ code: 'GATE_TAMPERED', detail: `the worker touched its own checks: ${paths.join(', ')}`, paths }];
}

function judges(change: FileChange, argv: readonly string[]): boolean {
  const existed = change.status !== 'added';
  if (existed && scriptsOf(argv).includes(change.path)) return true;
  if (existed && TEST_FILES.test(change.path) && argv.some((word) => !/\s/.test(word) && TEST_RUN.test(word)))
    return true;
  const program = programOf(argv);
  return CONFIGURATION.some(({ program: reader, files }) => reader.test(program) && files.test(change.path));
}

/** The files of the repository that a command line runs as programs. */
function scriptsOf(argv: readonly string[]): readonly string[] {
  const script = INTERPRETERS.test(programOf(argv))
    ? argv.slice(1).find((word) => !word.startsWith('-'))
    : undefined;
  return [argv[0] ?? '', script ?? ''].map((word) => word.replace(/^\.\//, ''));
}

function programOf(argv: readonly string[]): string {
  return (argv[0] ?? '').replace(/^.*[\\/]/, '').replace(/\.(exe|cmd|bat)$/i, '');
}
