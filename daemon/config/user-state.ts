import { isAbsolute, join } from 'node:path';

/**
 * Finds the folder for what belongs to a user of this machine and to no repository: signing keys, and the newest
 * checkpoint seen of each ledger.
 *
 * `REEVE_USER_STATE`, else `XDG_STATE_HOME/reeve` (XDG Base Directory Specification), else the system's own place:
 * `~/.local/state/reeve`, `~/Library/Application Support/reeve`, `%LOCALAPPDATA%\reeve`. Null where none of these is
 * known; a relative path is taken for none, as that specification demands.
 */
export function findUserState(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): string | null {
  const own = toFolder(env['REEVE_USER_STATE']);
  if (own !== null) return own;
  const xdg = toFolder(env['XDG_STATE_HOME']);
  if (xdg !== null) return join(xdg, 'reeve');
  if (platform === 'win32') return below(env['LOCALAPPDATA'], 'reeve');
  if (platform === 'darwin') return below(env['HOME'], 'Library', 'Application Support', 'reeve');
  return below(env['HOME'], '.local', 'state', 'reeve');
}

function below(folder: string | undefined, ...parts: readonly string[]): string | null {
  const found = toFolder(folder);
  return found === null ? null : join(found, ...parts);
}

function toFolder(value: string | undefined): string | null {
  return value !== undefined && isAbsolute(value) ? value : null;
}
