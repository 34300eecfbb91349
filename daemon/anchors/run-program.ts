/** One program to be run to its end: an argument vector, never a shell line. */
export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The environment of this process; only what {@link programEnvironment} lets through is passed on. */
  readonly env: NodeJS.ProcessEnv;
  /** Variables set on top of it. */
  readonly set?: Readonly<Record<string, string>>;
  /** Written to standard input, which is then closed. Default: no standard input. */
  readonly input?: string | Uint8Array;
  /** Bounds standard output, in bytes. Default: 1 MiB. */
  readonly maxBytes?: number;
  /** Default: 30 seconds. */
  readonly timeoutMs?: number;
  /** It may ask a person on the terminal, for as long as they take. Default: false. */
  readonly isInteractive?: boolean;
}

/** How a program ended. */
export interface ProgramEnd {
  /** True when it ended by itself with exit code 0. */
  readonly ok: boolean;
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** Why there is no whole answer: the program is not installed, or was stopped by a bound; null otherwise. */
  readonly failure: 'missing' | 'timeout' | 'output' | null;
}

/** Runs a program within bounds of time and output; nothing it does is thrown. */
export async function runProgram(call: ProgramCall): Promise<ProgramEnd> {
  // Loaded when first needed: most verifications run no program.
  const { execa } = await import('execa');
  const end = await execa(call.program, call.args, {
    cwd: call.cwd,
    env: { ...programEnvironment(call.env), ...call.set },
    extendEnv: false,
    reject: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    killSignal: 'SIGKILL',
    timeout: call.isInteractive === true ? 0 : (call.timeoutMs ?? TIMEOUT_MS),
    maxBuffer: call.maxBytes ?? MAX_BYTES,
    ...streams(call),
  });
  const failure = end.timedOut
    ? 'timeout'
    : end.isMaxBuffer
      ? 'output'
      : end.code === 'ENOENT'
        ? 'missing'
        : null;
  return {
    ok: !end.failed,
    exitCode: end.exitCode ?? null,
    // Copied: it lies in a buffer that can be resized, which `fetch` and others refuse.
    stdout: Buffer.from(end.stdout),
    stderr: Buffer.from(end.stderr).toString('utf8'),
    failure,
  };
}

const TIMEOUT_MS = 30_000;

const MAX_BYTES = 1024 * 1024;

function streams(call: ProgramCall): {
  readonly stdin: 'inherit' | 'ignore' | 'pipe';
  readonly input?: string | Uint8Array;
} {
  // ssh-keygen asks on the terminal only if its standard input is one.
  if (call.isInteractive === true) return { stdin: 'inherit' };
  return call.input === undefined ? { stdin: 'ignore' } : { stdin: 'pipe', input: call.input };
}

/**
 * The environment that programs get: where programs and a person's own keys and settings are, and nothing else.
 *
 * Threat: an inherited `GIT_DIR`, `GIT_CONFIG_*`, `OPENSSL_CONF` or `LD_PRELOAD` would make a checking program look
 * at, or load, something else.
 */
function programEnvironment(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && PASSED_THROUGH.has(name.toUpperCase())) kept[name] = value;
  }
  // Answers are read by programs: in English, times in UTC.
  return { ...kept, LC_ALL: 'C', TZ: 'UTC' };
}

const PASSED_THROUGH = new Set([
  'PATH',
  'HOME',
  'LANG',
  'TMPDIR',
  // Windows starts no program without these.
  'COMSPEC',
  'PATHEXT',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'TMP',
  'USERPROFILE',
  'WINDIR',
]);
