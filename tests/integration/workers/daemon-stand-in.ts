/**
 * Runs a program as a worker and prints what was spawned, and how it failed.
 *
 * Usage: daemon-stand-in.ts ATTEMPT FOLDER PROGRAM ARGUMENT...
 */
import path from 'node:path';
import { runProcess } from '../../../daemon/workers/run-process.ts';

const [attemptId = '', folder = '', ...argv] = process.argv.slice(2);
const running = runProcess({
  argv,
  cwd: folder,
  env: { PATH: process.env['PATH'] ?? '', REEVE_ATTEMPT_ID: attemptId },
  stdin: '',
  limits: { runtime_sec: 60, silence_sec: 60, memory_mb: 1024, output_mb: 16 },
  signal: new AbortController().signal,
  files: { stdout: path.join(folder, 'stdout.txt'), stderr: path.join(folder, 'stderr.txt') },
  onSpawned: (spawned) => console.log(JSON.stringify(spawned)),
});

await running.catch((error: Error & { code?: string }) =>
  console.log(JSON.stringify({ failed: error.code })),
);
