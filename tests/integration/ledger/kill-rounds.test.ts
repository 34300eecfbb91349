import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { verifyProject } from '../../../daemon/ledger/verify-project.ts';
import { scratchFolder, withLedger } from '../../helpers/ledger-fixture.ts';

const CHILD = fileURLToPath(new URL('../../fixtures/ledger/append-until-killed.ts', import.meta.url));

/** A program that starts costs most of a round: all of them where nobody waits, a sample elsewhere. */
const ROUNDS = process.env['CI'] ? 300 : 30;
const CHAINS = 2;
/** A fresh ledger now and then, so that a round does not read what hundreds before it wrote. */
const ROUNDS_PER_LEDGER = 15;

const scratch = scratchFolder();

/** Lets a program append until it is killed after some time; tells the ids it had acknowledged by then. */
async function killOne(root: string, afterMs: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, root, '6'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  await once(child.stdout, 'data');
  await setTimeout(afterMs);
  child.kill('SIGKILL');
  const [, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  assert.equal(signal, 'SIGKILL', 'the program ended by itself');
  return output
    .split('\n')
    .slice(0, -1)
    .filter((line) => line !== 'ready');
}

async function storedIds(root: string): Promise<ReadonlySet<string>> {
  return withLedger(root, async (project) => {
    const ids = new Set<string>();
    for (const task of project.tasks.keys()) {
      for await (const { id } of project.readTask(task)) ids.add(id);
    }
    return ids;
  });
}

/** Times spread over what a round writes: the first lines, group commits, heads a second later. */
function killTime(round: number): number {
  return round % 10 === 9 ? 1000 + round : (round * 37) % 120;
}

async function runChain(chain: number): Promise<number> {
  let acknowledged: string[] = [];
  let total = 0;
  for (let round = 0; round < ROUNDS / CHAINS; round += 1) {
    if (round % ROUNDS_PER_LEDGER === 0) acknowledged = [];
    const root = join(scratch, `chain-${chain}-${Math.floor(round / ROUNDS_PER_LEDGER)}`);
    const ids = await killOne(root, killTime(round));
    acknowledged.push(...ids);
    total += ids.length;
    const stored = await storedIds(root);
    const lost = acknowledged.filter((id) => !stored.has(id));
    assert.deepEqual(lost, [], `chain ${chain}, round ${round}`);
    const { faults } = await verifyProject(join(root, 'p'), { mode: 'fast' });
    assert.deepEqual(faults, [], `chain ${chain}, round ${round}`);
  }
  return total;
}

describe('fault 27: kill -9 anywhere', () => {
  it(`loses no acknowledged event in ${ROUNDS} rounds`, async () => {
    const totals = await Promise.all(Array.from({ length: CHAINS }, (_, chain) => runChain(chain)));
    assert.ok(totals.every((total) => total > 0));
  });
});
