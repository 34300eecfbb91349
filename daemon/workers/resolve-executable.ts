import { constants, statSync } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Environment } from './build-environment.ts';

/** A program that was found. */
export interface Executable {
  /** Absolute path as it was found; what is started, since a program may go by the name of its link. */
  readonly file: string;
  /** The same with every link resolved; what is recorded. */
  readonly realPath: string;
}

/** A command that can be started: its argv as it will really run, and the program of `argv[0]`. */
export interface ResolvedCommand {
  readonly argv: readonly string[];
  readonly executable: Executable;
}

/**
 * Finds the program of a command; null when there is none.
 *
 * `interpreters` names stand-ins (`python` → `python3`), tried only when the original is not found.
 */
export async function resolveCommand(
  argv: readonly string[],
  options: {
    readonly env: Environment;
    readonly cwd: string;
    readonly interpreters?: Readonly<Record<string, string>>;
  },
): Promise<ResolvedCommand | null> {
  const [name = '', ...rest] = argv;
  const standIn = Object.hasOwn(options.interpreters ?? {}, name) ? options.interpreters?.[name] : undefined;
  for (const candidate of standIn === undefined ? [name] : [name, standIn]) {
    const executable = await resolveExecutable(candidate, options.env, options.cwd);
    if (executable !== null) {
      return { argv: [candidate, ...rest], executable };
    }
  }
  return null;
}

/**
 * Finds a program the way the system would: a name with a separator from `cwd`, any other along PATH.
 *
 * Threat: empty and relative entries of PATH mean the working directory, where a worker may have planted a `git`; they
 * are passed over. On Windows the extensions of PATHEXT are tried.
 */
export async function resolveExecutable(
  name: string,
  env: Environment,
  cwd: string,
): Promise<Executable | null> {
  if (name === '' || name.includes('\0')) {
    return null;
  }
  const isPath = name.includes('/') || name.includes(path.sep);
  const folders = isPath
    ? [cwd]
    : (env['PATH'] ?? '').split(path.delimiter).filter((entry) => path.isAbsolute(entry));
  for (const folder of folders) {
    for (const extension of extensionsOf(name, env)) {
      const executable = await toExecutable(path.resolve(folder, name + extension));
      if (executable !== null) {
        return executable;
      }
    }
  }
  return null;
}

function extensionsOf(name: string, env: Environment): readonly string[] {
  if (process.platform !== 'win32') {
    return [''];
  }
  const known = (env['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD').split(';');
  const hasKnown = known.some((extension) => name.toUpperCase().endsWith(extension.toUpperCase()));
  return hasKnown ? ['', ...known] : known;
}

/** Null for what is not there, not a file, or not ours to run. */
async function toExecutable(file: string): Promise<Executable | null> {
  try {
    // Synchronous: most folders of PATH do not have it, and a rejected promise costs ten times the look.
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return null;
    await access(file, constants.X_OK);
    return { file, realPath: await realpath(file) };
  } catch {
    return null;
  }
}
