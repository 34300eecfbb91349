/** A complete environment of a process. */
export type Environment = Readonly<Record<string, string>>;

const ALLOWED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'TEMP', 'TMP', 'LANG', 'TZ'];
const ALLOWED_ON_WINDOWS = ['SystemRoot', 'ComSpec', 'PATHEXT', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'];

/** Threat: GIT_DIR and its kin point git at another repository; REEVE_* would pass for our own contract. */
const NEVER = /^(GIT|REEVE)_/i;

/**
 * Builds the environment of a worker or command from an allow-list; everything else of the host stays behind.
 *
 * Inherited keys have cost people real money. Passed on are PATH, the home and temporary folders, the user's and the
 * locale's names, and the names in `allow`; GIT_* and REEVE_* never, not even by name. `set` comes last and wins.
 */
export function buildEnvironment(
  hostEnv: Readonly<Record<string, string | undefined>>,
  options: {
    readonly allow: readonly string[];
    readonly set: Environment;
    readonly platform?: NodeJS.Platform;
  },
): Environment {
  const isWindows = (options.platform ?? process.platform) === 'win32';
  // Windows compares names without case; Node gives them as they were written.
  const toName = (name: string): string => (isWindows ? name.toUpperCase() : name);
  const allowed = new Map(
    [...ALLOWED, ...(isWindows ? ALLOWED_ON_WINDOWS : []), ...options.allow].map((name) => [
      toName(name),
      name,
    ]),
  );
  const environment: Record<string, string> = { TERM: 'dumb' };
  for (const [name, value] of Object.entries(hostEnv)) {
    const kept = allowed.get(toName(name)) ?? (name.startsWith('LC_') ? name : undefined);
    if (kept !== undefined && value !== undefined && !NEVER.test(name)) {
      environment[kept] = value;
    }
  }
  return { ...environment, ...options.set };
}
