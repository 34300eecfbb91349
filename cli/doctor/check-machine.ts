import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import type { DoctorFinding } from './finding.ts';
import { fail, ok, warn } from './finding.ts';

const OLDEST_NODE = [20, 19];
const OLDEST_GIT = [2, 25];
/** One watch per inbox folder is enough for Reeve; other programs use them up by the thousand. */
const FEW_WATCHES = 8_192;

/** Checks what every repository on this machine needs: Node, git, file watches. */
export async function checkMachine(): Promise<readonly DoctorFinding[]> {
  return [checkNode(process.versions.node), await checkGit(), ...(await checkWatches())];
}

/** Checks a Node version against the oldest supported. */
function checkNode(version: string): DoctorFinding {
  if (isAtLeast(version, OLDEST_NODE)) return ok('node', `Node ${version}`);
  return fail('node', `Node ${version}`, `Install Node ${OLDEST_NODE.join('.')} or newer.`);
}

async function checkGit(): Promise<DoctorFinding> {
  const fix = `Install git ${OLDEST_GIT.join('.')} or newer.`;
  try {
    const { stdout } = await execa('git', ['--version'], { timeout: 10_000 });
    const version = /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] ?? '0';
    return isAtLeast(version, OLDEST_GIT) ? ok('git', stdout) : fail('git', stdout, fix);
  } catch {
    return fail('git', 'git could not be run', fix);
  }
}

async function checkWatches(): Promise<readonly DoctorFinding[]> {
  const text = await readFile('/proc/sys/fs/inotify/max_user_watches', 'utf8').catch(() => null);
  if (text === null) return [];
  const limit = Number(text);
  if (limit >= FEW_WATCHES) return [ok('file watches', `${limit} per user`)];
  const fix = `Raise it: sysctl fs.inotify.max_user_watches=65536. Without watches new packs are found by rescan only.`;
  return [warn('file watches', `${limit} per user`, fix)];
}

function isAtLeast(version: string, oldest: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, least] of oldest.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
