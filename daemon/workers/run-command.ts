import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ReeveError } from '../../protocol/errors.ts';
import type { CapturedStream, CommandOutcome, CommandRequest } from '../ports/worker.ts';
import { ATTEMPT_MARKER } from './attempt-marker.ts';
import { buildEnvironment } from './build-environment.ts';
import { runProcess } from './run-process.ts';

/** A required command, and what the host gives it. */
export interface HostedCommand extends CommandRequest {
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  /** Stand-ins for a program that this machine lacks. */
  readonly interpreters: Readonly<Record<string, string>>;
  /** Milliseconds between SIGTERM and SIGKILL. Default: 5000. */
  readonly graceMs?: number;
}

/**
 * Runs one required command, with nothing on stdin, and digests its output.
 *
 * `log_sha256` is SHA-256 over the bytes kept of stdout followed by those kept of stderr.
 * @throws ReeveError IO_FAILED when its output cannot be kept, or it put something else in its place
 */
export async function runCommand(request: HostedCommand): Promise<CommandOutcome> {
  const { hostEnv, attemptId, ...rest } = request;
  const env = buildEnvironment(hostEnv, { allow: [], set: { [ATTEMPT_MARKER]: attemptId } });
  const { end, stdout, stderr, argv } = await runProcess({ ...rest, env, stdin: '' });
  const record = {
    argv,
    exit_code: end.exit_code,
    cause: end.cause,
    duration_ms: end.duration_ms,
    log_sha256: await digestStreams([stdout, stderr]),
  };
  return { end, stdout, stderr, record };
}

async function digestStreams(streams: readonly CapturedStream[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { file } of streams) {
    const handle = await openCaptured(file);
    for await (const chunk of handle.createReadStream()) {
      hash.update(chunk as Buffer);
    }
  }
  return hash.digest('hex');
}

/** Threat: the command may have put a link or a FIFO in the file's place; one would lead away, the other block us. */
async function openCaptured(file: string): Promise<FileHandle> {
  const toError = (cause?: unknown): ReeveError =>
    new ReeveError('IO_FAILED', `the captured output ${file} is gone or was replaced`, {
      hint: 'The command touched the folder its own output is kept in; look at what it does there.',
      cause,
    });
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      throw toError(error);
    },
  );
  if (!(await handle.stat()).isFile()) {
    await handle.close();
    throw toError();
  }
  return handle;
}
