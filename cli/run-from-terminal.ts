import type { Host } from './host.ts';
import { runCli } from './run-cli.ts';

/**
 * Runs the command line of a real process: its streams, its signals, its exit code.
 *
 * The first Ctrl-C or SIGTERM asks the verb to end in order; the second ends the process at once.
 */
export async function runFromTerminal(process: NodeJS.Process): Promise<number> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(interruptedBy(signal));
      stopping.abort(signal);
    });
  }
  // Threat: `reeve events | head` closes our output; that is an end, not a failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const code = await runCli(process.argv.slice(2), toHost(process, stopping.signal));
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  return process.exit(stopping.signal.aborted && code !== 0 ? interruptedBy(stopping.signal.reason) : code);
}

function toHost(process: NodeJS.Process, signal: AbortSignal): Host {
  return {
    cwd: process.cwd(),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    signal,
    now: Date.now,
  };
}

/** 128 + the signal's number, as shells do. */
function interruptedBy(signal: unknown): number {
  return signal === 'SIGTERM' ? 143 : 130;
}

async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => stream.write('', () => resolve()));
}
