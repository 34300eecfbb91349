import { devNull } from 'node:os';

/** What git itself needs of the host: where programs are, and where the user's own git configuration is. */
const PASSED_THROUGH = new Set([
  'PATH',
  'HOME',
  'XDG_CONFIG_HOME',
  'TMPDIR',
  // Windows
  'APPDATA',
  'COMSPEC',
  'HOMEDRIVE',
  'HOMEPATH',
  'LOCALAPPDATA',
  'PATHEXT',
  'PROGRAMDATA',
  'PROGRAMFILES',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'TMP',
  'USERPROFILE',
  'WINDIR',
]);

/**
 * The whole environment of every git process.
 *
 * Threat: an inherited `GIT_DIR`, `GIT_INDEX_FILE` or `GIT_CONFIG_*` would point git at something else; nothing is
 * inherited but the names above. The user's and the system's configuration files stay in force: `safe.directory`,
 * line endings and LFS filters live there.
 */
export function gitEnvironment(hostEnv: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(hostEnv)) {
    if (value !== undefined && PASSED_THROUGH.has(name.toUpperCase())) kept[name] = value;
  }
  return {
    ...kept,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    // Reading must not write the user's index behind a command of theirs.
    GIT_OPTIONAL_LOCKS: '0',
    // Threat: a worker's `git replace` would make git show another object than the one named.
    GIT_NO_REPLACE_OBJECTS: '1',
  };
}

/** Configuration that outranks the repository's for the length of one command; nothing is written anywhere. */
export function quietConfig(options: { readonly durable: boolean }): readonly string[] {
  return options.durable ? [...QUIET, ...DURABLE] : QUIET;
}

const QUIET = [
  // No hook of the repository or the user runs.
  ['core.hooksPath', devNull],
  // Threat: fsmonitor names a program to run; the untracked cache and a lax stat check can hide an edit.
  ['core.fsmonitor', 'false'],
  ['core.untrackedCache', 'false'],
  ['core.trustctime', 'true'],
  ['core.checkStat', 'default'],
  ['core.ignoreStat', 'false'],
  // An index of ours stands alone.
  ['core.splitIndex', 'false'],
  // An attempt sees every file; without this, a new worktree also inherits the user's sparse patterns.
  ['core.sparseCheckout', 'false'],
  // Mixed line endings are measured as git would commit them, never refused.
  ['core.safecrlf', 'false'],
  ['core.longpaths', 'true'],
  ['i18n.commitEncoding', 'UTF-8'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
].flatMap(([key, value]) => ['-c', `${key}=${value}`]);

/** git does not flush loose objects by default; work that the ledger names must survive a power cut. */
const DURABLE = ['-c', 'core.fsync=committed,loose-object,reference'];
