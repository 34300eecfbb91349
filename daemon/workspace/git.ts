import { gitEnvironment, quietConfig } from './git-environment.ts';
import { gitFailure, gitStartFailure } from './git-failure.ts';
import { runGitProcess, type RunGitProcess } from './git-process.ts';

/** Where and how one git command runs. */
export interface GitCall {
  /** Working directory of the process. */
  readonly cwd: string;
  /** Names the repository outright: no discovery, so nothing a worker wrote in the tree can redirect it. */
  readonly gitDir?: string;
  readonly workTree?: string;
  readonly indexFile?: string;
  /** Further variables, such as the identity of a commit. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input, which is then closed. Default: no standard input. */
  readonly input?: string;
  /** A file that receives standard output instead of the result, synced. */
  readonly stdoutPath?: string;
  /** More standard output than this is an error. Default 64 MiB. */
  readonly maxBytes?: number;
  /** Default two minutes. */
  readonly timeoutMs?: number;
  /** Objects and refs written are flushed to the disk before the command ends. Default false. */
  readonly durable?: boolean;
  /** A non-zero exit is returned instead of thrown. Default false. */
  readonly mayFail?: boolean;
}

/** What one git command answered. */
export interface GitResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  /** Its first 64 KiB. */
  readonly stderr: string;
}

/**
 * Runs one git command without a shell, in an environment of Reeve's own.
 *
 * @throws ReeveError GIT_MISSING, GIT_FAILED
 */
export type Git = (args: readonly string[], call: GitCall) => Promise<GitResult>;

const MAX_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 120_000;

/**
 * Creates the one function through which Reeve runs git.
 *
 * @param options.run where the processes are started. Default: by this process
 */
export function createGit(options: {
  readonly gitPath?: string | undefined;
  readonly hostEnv: NodeJS.ProcessEnv;
  readonly run?: RunGitProcess | undefined;
}): Git {
  const { gitPath = 'git', hostEnv, run = runGitProcess } = options;
  const environment = gitEnvironment(hostEnv);
  return async (args, call) => {
    const end = await run({
      program: gitPath,
      argv: [...quietConfig({ durable: call.durable ?? false }), ...args],
      cwd: call.cwd,
      env: { ...environment, ...locations(call), ...call.env },
      input: call.input ?? null,
      stdoutPath: call.stdoutPath ?? null,
      maxBytes: call.maxBytes ?? MAX_BYTES,
      timeoutMs: call.timeoutMs ?? TIMEOUT_MS,
    });
    if (end.startError !== null) throw gitStartFailure(end.startError, gitPath, call.cwd);
    if (end.stopped !== null || (end.exitCode !== 0 && call.mayFail !== true)) throw gitFailure(args, end);
    return { exitCode: end.exitCode ?? -1, stdout: Buffer.from(end.stdout), stderr: end.stderr };
  };
}

function locations(call: GitCall): Record<string, string> {
  return {
    ...(call.gitDir === undefined ? {} : { GIT_DIR: call.gitDir }),
    ...(call.workTree === undefined ? {} : { GIT_WORK_TREE: call.workTree }),
    ...(call.indexFile === undefined ? {} : { GIT_INDEX_FILE: call.indexFile }),
  };
}
