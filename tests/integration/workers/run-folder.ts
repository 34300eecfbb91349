import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ProcessRequest } from '../../../daemon/workers/process-request.ts';
import { runProcess } from '../../../daemon/workers/run-process.ts';
import type { ProcessRun } from '../../../daemon/workers/run-process.ts';
import type { Limits } from '../../../protocol/generated/types.ts';

/** Limits that no well-behaved fixture meets. */
export const WIDE: Limits = { runtime_sec: 60, silence_sec: 60, memory_mb: 2048, output_mb: 64 };

/** Absolute path of a fixture program. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/programs/${name}`, import.meta.url));
}

/** The argv of a fixture program, by its extension. */
export function program(name: string, ...args: readonly string[]): readonly string[] {
  return [name.endsWith('.sh') ? 'sh' : process.execPath, fixture(name), ...args];
}

/** What a test may say about a run; the rest has defaults. */
export type RunOptions = Partial<Omit<ProcessRequest, 'limits'>> & { readonly limits?: Partial<Limits> };

/** A folder of its own for the runs of one test. */
export interface RunFolder {
  readonly path: string;
  run(argv: readonly string[], options?: RunOptions): Promise<ProcessRun>;
  /** Runs a program and cancels it once its stdout contains a text. */
  runUntil(text: string, argv: readonly string[], options?: RunOptions): Promise<ProcessRun>;
  stdout(): Promise<string>;
  stderr(): Promise<string>;
}

/** Makes a folder that goes with the test. */
export async function makeRunFolder(t: TestContext): Promise<RunFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'reeve-workers-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const files = { stdout: path.join(folder, 'stdout.txt'), stderr: path.join(folder, 'stderr.txt') };
  const run = (argv: readonly string[], { limits, ...options }: RunOptions = {}): Promise<ProcessRun> =>
    runProcess({
      argv,
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', REEVE_ATTEMPT_ID: path.basename(folder) },
      stdin: '',
      signal: new AbortController().signal,
      files,
      graceMs: 300,
      ...options,
      limits: { ...WIDE, ...limits },
    });
  return {
    path: folder,
    run,
    async runUntil(text, argv, options) {
      const controller = new AbortController();
      const running = run(argv, { ...options, signal: controller.signal });
      await waitFor(async () => (await readFile(files.stdout, 'utf8')).includes(text));
      controller.abort();
      return running;
    },
    stdout: () => readFile(files.stdout, 'utf8'),
    stderr: () => readFile(files.stderr, 'utf8'),
  };
}

/** Waits until a condition holds, up to 30 s; one that throws does not hold yet. */
export async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (let poll = 0; poll < 3000; poll += 1) {
    if (await condition().catch(() => false)) {
      return;
    }
    await sleep(10);
  }
  throw new Error('what was waited for did not come');
}

/** Tells whether a process runs; a zombie does not. */
export function isRunning(pid: number): boolean {
  try {
    const state = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return state !== '' && !state.startsWith('Z');
  } catch {
    return false;
  }
}
