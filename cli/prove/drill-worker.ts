/**
 * The worker of the drill: `drill-worker EFFECTS-FILE`, under the worker contract.
 *
 * Its first round leaves the work undone, so that it goes back once. Every effect is noted outside of the worktree, by
 * the attempt it was ordered as. A worker whose daemon is gone finds its output closed, and then stays until somebody
 * ends it: the drill's orphan.
 */
import { appendFileSync, mkdirSync, writeFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { WORK_FILE, WORK_FOLDER } from './drill-contract.ts';

const LINGER_MS = 60_000;

const [effects = ''] = process.argv.slice(2);
const { REEVE_ATTEMPT: pointer = '', REEVE_ATTEMPT_ID: attemptId = '' } = process.env;
if (!pointer.startsWith('R0/')) {
  mkdirSync(WORK_FOLDER, { recursive: true });
  writeFileSync(WORK_FILE, `done by ${attemptId}\n`);
}
appendFileSync(effects, `${attemptId}\n`);
try {
  writeSync(1, `${pointer} has had its effect\n`);
} catch {
  await sleep(LINGER_MS);
}
