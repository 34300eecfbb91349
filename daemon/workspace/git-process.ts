import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { open } from 'node:fs/promises';

/** One git process to be run: plain data, so that another process can run it. */
export interface GitProcess {
  readonly program: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Written to standard input, which is then closed; null: no standard input. */
  readonly input: string | null;
  /** A file that receives standard output instead of the answer, synced; null: none. */
  readonly stdoutPath: string | null;
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/** How a git process ended; `stopped` when Reeve ended it, `startError` when it never was. */
export interface GitEnd {
  readonly exitCode: number | null;
  readonly stdout: Uint8Array;
  /** Its first 64 KiB. */
  readonly stderr: string;
  readonly stopped: 'timeout' | 'output' | null;
  readonly startError: string | null;
}

/** Runs git processes, here or elsewhere. */
export type RunGitProcess = (request: GitProcess) => Promise<GitEnd>;

const MAX_STDERR_BYTES = 64 * 1024;

/** Runs one git process as a child of this one. */
export const runGitProcess: RunGitProcess = async (request) => {
  if (request.stdoutPath === null) return await finish(start(request, 'pipe'), request);
  const handle = await open(request.stdoutPath, 'w');
  try {
    const end = await finish(start(request, handle.fd), request);
    await handle.sync();
    return end;
  } finally {
    await handle.close();
  }
};

function start(request: GitProcess, stdout: 'pipe' | number): ChildProcess {
  return spawn(request.program, request.argv, {
    cwd: request.cwd,
    env: request.env,
    stdio: [request.input === null ? 'ignore' : 'pipe', stdout, 'pipe'],
    windowsHide: true,
  });
}

function finish(child: ChildProcess, { maxBytes, timeoutMs, input }: GitProcess): Promise<GitEnd> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let stdoutBytes = 0;
  let stderrBytes = 0;
  let stopped: GitEnd['stopped'] = null;
  let startError: string | null = null;

  const stop = (cause: GitEnd['stopped']): void => {
    stopped ??= cause;
    child.kill('SIGKILL');
    // A filter or transport started by git may outlive it and hold the pipes: without this, `close` never comes.
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  const timer = setTimeout(() => stop('timeout'), timeoutMs);

  child.stdout?.on('data', (chunk: Buffer) => {
    stdoutBytes += chunk.length;
    if (stdoutBytes > maxBytes) stop('output');
    else stdout.push(chunk);
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    if (stderrBytes < MAX_STDERR_BYTES) stderr.push(chunk);
    stderrBytes += chunk.length;
  });
  // git may end without reading its input; the exit code tells the story, not the broken pipe.
  child.stdin?.on('error', () => {});
  if (input !== null) child.stdin?.end(input);

  return new Promise((resolve) => {
    child.on('error', (error) => (startError ??= error.message));
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      const text = Buffer.concat(stderr).toString('utf8', 0, MAX_STDERR_BYTES);
      resolve({ exitCode, stdout: Buffer.concat(stdout), stderr: text, stopped, startError });
    });
  });
}
