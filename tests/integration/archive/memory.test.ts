import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { writeDeep } from '../../helpers/archive-fixture.ts';
import { makeProject, scratchFolder } from '../../helpers/ledger-fixture.ts';

const root = scratchFolder();
const run = promisify(execFile);
const MEGABYTE = 1024 * 1024;

test('a project of 300 MB is exported, verified and imported in bounded memory', async () => {
  const folder = mkdtempSync(join(root, 'm-'));
  const project = await makeProject(folder, { 'T-1': 3 });
  const block = Buffer.alloc(50 * MEGABYTE, 'output of a command that says much\n');
  for (let n = 0; n < 6; n += 1) writeDeep(join(project, `rejected/large-${n}.json`), block);
  const program = new URL('../../fixtures/archive/round-trip.ts', import.meta.url).pathname;
  const { stdout } = await run(process.execPath, ['--import', 'tsx', program, folder]);
  const { start, peak, outcome } = JSON.parse(stdout) as {
    readonly start: number;
    readonly peak: number;
    readonly outcome: string;
  };
  assert.equal(outcome, 'imported');
  assert.ok(statSync(join(folder, 'p.zip')).size > 300 * MEGABYTE);
  assert.equal(statSync(join(folder, 'into/p/rejected/large-5.json')).size, block.length);
  assert.ok(readFileSync(join(folder, 'into/p/rejected/large-5.json')).equals(block));
  // One and a half buffers per file being written, and what the collector has not taken yet: far below the project.
  assert.ok(
    peak - start < 120 * MEGABYTE,
    `${Math.round((peak - start) / MEGABYTE)} MB more than at the start`,
  );
  rmSync(folder, { recursive: true });
});
