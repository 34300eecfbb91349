import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createKey } from '../../../daemon/signing/create-key.ts';
import { sha256Hex } from '../../../protocol/digest.ts';
import { assertIntact } from '../../helpers/assert-intact.ts';
import { createCrashDisk, layImage, type DiskImage, type Fate } from '../../helpers/crash-disk.ts';
import { readDiskTrace, TRACE_ARGS, type DiskOperation } from '../../helpers/disk-trace.ts';
import {
  collect,
  linesOf,
  makeProject,
  opened,
  PERSON,
  scratchFolder,
} from '../../helpers/ledger-fixture.ts';
import { openWitnessedLedger } from '../../helpers/witnessed-ledger.ts';

const PROGRAM = fileURLToPath(new URL('../../fixtures/ledger/append-and-close.ts', import.meta.url));

/** Opening a ledger and adding to it syncs some dozen times: all of them where nobody waits, a sample elsewhere. */
const IMAGES = process.env['CI'] ? 1000 : 100;

/** What survives is decided here and not by the disk beneath: the quickest there is will do. */
const scratch = realpathSync(scratchFolder(existsSync('/dev/shm') ? '/dev/shm' : tmpdir()));

const NO_TRACE = 'strace is not installed, or may not trace here';

/** What the power loss found: the disk, and what had been acknowledged by then. */
interface Crash {
  readonly what: string;
  readonly image: DiskImage;
  readonly acknowledged: readonly string[];
}

/** Runs the program on a machine; answers what it did to the disk there, or null where that cannot be seen. */
function traceProgram(machine: string): readonly DiskOperation[] | null {
  const trace = `${machine}.trace`;
  const { status, error } = spawnSync(
    'strace',
    [...TRACE_ARGS, trace, process.execPath, '--import', import.meta.resolve('tsx'), PROGRAM, machine],
    // A ring of operations to the kernel would hide them from strace.
    { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: scratch, UV_USE_IO_URING: '0' } },
  );
  if (error !== undefined || status !== 0) return null;
  return readDiskTrace(readFileSync(trace, 'latin1'), machine);
}

/** A sequence of numbers that is the same in each run (xorshift). */
function createPicker(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Crashes after each operation, in several ways; of those that leave the same disk, one. */
function* listCrashes(folder: string, operations: readonly DiskOperation[]): Generator<Crash> {
  const disk = createCrashDisk(folder);
  const pick = createPicker(2026);
  const acknowledged: string[] = [];
  const known = new Set<string>();
  for (const [index, operation] of operations.entries()) {
    disk.apply(operation);
    if (operation.type === 'said') acknowledged.push(...operation.text.split('\n').slice(0, -1));
    const fates: readonly Fate[] = ['lost', 'kept', pick, pick, pick, pick];
    for (const [way, fate] of fates.entries()) {
      const image = disk.crash(fate);
      const files = [...image].map(([path, content]) => `${path}:${content?.toString('latin1')}`);
      // The same disk loses more, the more was acknowledged.
      const digest = sha256Hex([acknowledged.length, ...files].join('\n'));
      if (known.has(digest)) continue;
      known.add(digest);
      const what = `operation ${index + 1} (${operation.type}), way ${way}`;
      yield { what, image, acknowledged: [...acknowledged] };
    }
  }
}

/** So many of them, spread evenly. */
function sample<T>(all: readonly T[], count: number): readonly T[] {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, n) => all[Math.floor((n * all.length) / count)]).flatMap(
    (each) => each ?? [],
  );
}

/** Starts the machine again: nothing acknowledged is missing, and it goes on. */
async function recover(machine: string, { image, acknowledged }: Crash): Promise<void> {
  rmSync(machine, { recursive: true, force: true });
  layImage(image, machine);
  const { project, close } = await openWitnessedLedger(machine);
  const ids = new Set((await collect(project.readProject())).map(({ id }) => id));
  for (const task of project.tasks.keys())
    for (const { id } of await collect(project.readTask(task))) ids.add(id);
  assert.deepEqual(
    acknowledged.filter((id) => !ids.has(id)),
    [],
    'acknowledged events are lost',
  );
  await project.appendTask('after', PERSON, 'queued', [opened()]).durable;
  await close();
  await assertIntact(join(machine, 'workflow/p'), { threads: 1 });
}

async function assertSurvivesAll(t: TestContext, machine: string): Promise<void> {
  const before = `${machine}-before`;
  cpSync(machine, before, { recursive: true });
  const operations = traceProgram(machine);
  if (operations === null) return t.skip(NO_TRACE);
  renameSync(machine, `${machine}-after`);
  const all = [...listCrashes(before, operations)];
  const crashes = sample(all, IMAGES);
  for (const crash of crashes) {
    await recover(machine, crash).catch((error: unknown) => {
      throw new Error(`${crash.what}: ${String(error)}`, { cause: error });
    });
  }
  const acknowledged = all.at(-1)?.acknowledged.length ?? 0;
  assert.ok(acknowledged > 50 && crashes.length >= 100, `${acknowledged} events, ${crashes.length} images`);
  t.diagnostic(
    `${crashes.length} of ${all.length} disks after ${operations.length} operations, ${acknowledged} events acknowledged`,
  );
  return undefined;
}

function makeMachine(name: string): string {
  const machine = join(scratch, name);
  mkdirSync(join(machine, 'workflow'), { recursive: true });
  mkdirSync(join(machine, 'state'), { mode: 0o700 });
  return machine;
}

describe('fault 27: a power loss at any operation on the disk loses no acknowledged event', () => {
  it('of a new ledger', (t) => assertSurvivesAll(t, makeMachine('new')));

  it('of a signed one, whose checkpoints are never ahead of it', async (t) => {
    const machine = makeMachine('signed');
    createKey({ userState: join(machine, 'state'), outside: [] });
    await assertSurvivesAll(t, machine);
  });

  for (const [what, isLeftOut] of [
    ['of a file', ({ path }) => path.endsWith('.jsonl')],
    ['of a folder', ({ path }) => !path.includes('.')],
  ] as const satisfies readonly (readonly [string, (sync: { readonly path: string }) => boolean])[]) {
    it(`and would, were the syncs ${what} left out`, async (t) => {
      const machine = makeMachine(`without-syncs-${what.slice(5)}`);
      const before = `${machine}-before`;
      cpSync(machine, before, { recursive: true });
      const operations = traceProgram(machine);
      if (operations === null) return t.skip(NO_TRACE);
      const fewer = operations.filter((each) => each.type !== 'sync-ended' || !isLeftOut(each));
      const [last] = [...listCrashes(before, fewer)]
        .filter(({ what: which }) => which.endsWith('way 0'))
        .slice(-1);
      await assert.rejects(recover(machine, last ?? assert.fail('there is no image')), {
        message: /acknowledged events are lost/,
      });
      return undefined;
    });
  }

  it('of one that makes good an earlier crash', async (t) => {
    const machine = makeMachine('torn');
    const folder = await makeProject(join(machine, 'workflow'), { 'T-1': 3, 'T-2': 3 });
    for (const log of ['events.jsonl', 'tasks/T-1/events.jsonl']) {
      const [line = ''] = linesOf(join(folder, log));
      appendFileSync(join(folder, log), line.slice(0, 100));
    }
    appendFileSync(join(folder, 'tasks/T-2/events.jsonl'), Buffer.alloc(4096));
    await assertSurvivesAll(t, machine);
  });
});
