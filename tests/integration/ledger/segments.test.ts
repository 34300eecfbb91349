import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs, {
  appendFileSync,
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { followLines } from '../../../cli/follow-lines.ts';
import { createLedgerReader } from '../../../daemon/ledger/read-ledger.ts';
import { scanProjectLog } from '../../../daemon/ledger/scan-project-log.ts';
import type { VerifyMode } from '../../../daemon/ledger/verify-report.ts';
import { verifyProject } from '../../../daemon/ledger/verify-project.ts';
import type { ProjectLedger } from '../../../daemon/ports/ledger.ts';
import { sha256Hex } from '../../../protocol/digest.ts';
import { assertIntact } from '../../helpers/assert-intact.ts';
import {
  closed,
  collect,
  edit,
  linesOf,
  note,
  opened,
  openTestLedger,
  PERSON,
  rehash,
  scratchFolder,
  taskLog,
  withLedger,
} from '../../helpers/ledger-fixture.ts';

const scratch = scratchFolder();
let count = 0;
const freshRoot = (): string => join(scratch, `root-${(count += 1)}`);

/** Holds three or four of the test's lines. */
const SMALL = { segmentBytes: 1500 };
const LOG = 'tasks/T-1/events.jsonl';

const filesOf = (folder: string): readonly string[] =>
  readdirSync(join(folder, 'tasks/T-1')).filter((name) => name.startsWith('events.'));
const pathOf = (folder: string, segment: number): string =>
  join(folder, 'tasks/T-1', `events.00000${segment}.jsonl`);
const wholeLog = (folder: string): string =>
  filesOf(folder)
    .map((name) => readFileSync(join(folder, 'tasks/T-1', name), 'utf8'))
    .join('');

async function append(project: ProjectLedger, lines: number): Promise<void> {
  for (let n = 0; n < lines; n += 1) {
    const draft = project.tasks.has('T-1') ? note(`line ${n}`) : opened();
    await project.appendTask('T-1', PERSON, 'running', [draft]).durable;
  }
}

/** A project `p` whose task `T-1` has so many lines, in files of about three. */
async function makeSealed(root: string, lines = 11): Promise<string> {
  await withLedger(root, (project) => append(project, lines), SMALL);
  return join(root, 'p');
}

/** The seals that the project log tells of. */
function sealsOf(folder: string): readonly Record<string, unknown>[] {
  return linesOf(join(folder, 'events.jsonl'))
    .map((line) => JSON.parse(line) as { readonly type: string; readonly data: Record<string, unknown> })
    .filter(({ type }) => type === 'segment.sealed')
    .map(({ data }) => data);
}

function brief({ verdict, at }: Awaited<ReturnType<typeof verifyProject>>): string {
  return at === null ? verdict : `${verdict} ${at.log} ${at.seq}`;
}

/** Replaces a function of node:fs for a test; every module sees it. */
function replace<Name extends 'renameSync' | 'openSync' | 'writeSync' | 'fsyncSync'>(
  t: TestContext,
  name: Name,
  implementation: (real: (typeof fs)[Name], ...args: Parameters<(typeof fs)[Name]>) => unknown,
): () => void {
  const real = fs[name];
  const stop = (): void => {
    Object.assign(fs, { [name]: real });
    syncBuiltinESMExports();
  };
  Object.assign(fs, {
    [name]: (...args: Parameters<(typeof fs)[Name]>) => implementation(real, ...args),
  });
  syncBuiltinESMExports();
  t.after(stop);
  return stop;
}

const noSpace = (): never => {
  throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
};

describe('a log that is sealed', () => {
  it('goes on in a new file, and the project log tells of the old one', async () => {
    const folder = await makeSealed(freshRoot());
    const seals = sealsOf(folder);
    assert.ok(seals.length >= 2);
    assert.deepEqual(filesOf(folder), [...seals.map(({ file }) => file), 'events.jsonl']);
    let last = 0;
    for (const [index, seal] of seals.entries()) {
      const bytes = readFileSync(pathOf(folder, index + 1));
      const lines = linesOf(pathOf(folder, index + 1));
      const { seq, event_hash } = JSON.parse(lines.at(-1)!) as Record<string, unknown>;
      assert.deepEqual(
        { ...seal, log_id: '' },
        {
          task_id: 'T-1',
          log_id: '',
          segment: index + 1,
          file: `events.00000${index + 1}.jsonl`,
          first_seq: last + 1,
          last_seq: seq,
          head_hash: event_hash,
          bytes: bytes.length,
          sha256: sha256Hex(bytes),
        },
      );
      assert.equal(statSync(pathOf(folder, index + 1)).mode & 0o222, 0);
      last += lines.length;
    }
    await assertIntact(folder);
  });

  it('is read, appended to and verified as one log, also after the ledger was opened again', async () => {
    const root = freshRoot();
    const folder = await makeSealed(root);
    await withLedger(root, (project) => append(project, 7), SMALL);
    const seqs = (await collect(createLedgerReader(root).readTask('p', 'T-1'))).map(({ seq }) => seq);
    assert.deepEqual(
      seqs,
      Array.from({ length: 18 }, (_, index) => index + 1),
    );
    await withLedger(root, async (project) => {
      assert.equal((await collect(project.readTask('T-1'))).length, 18);
      assert.equal(project.tasks.get('T-1')?.bytes, wholeLog(folder).length);
    });
    await assertIntact(folder, { mode: 'fast' });
    await assertIntact(folder);
  });

  it('keeps appends in order that are made while it is sealed', async () => {
    const root = freshRoot();
    const acknowledged: string[] = [];
    const told: string[] = [];
    const ledger = await openTestLedger(root, undefined, SMALL);
    ledger.subscribe(({ id }) => told.push(id));
    const project = await ledger.project('p', { create: true });
    const pending: Promise<unknown>[] = [];
    for (let n = 0; n < 200; n += 1) {
      const task = `T-${1 + (n % 3)}`;
      const draft = project.tasks.has(task) ? note(`${n}`) : opened();
      const { events, durable } = project.appendTask(task, PERSON, 'running', [draft]);
      pending.push(durable.then(() => acknowledged.push(...events.map(({ id }) => id))));
      if (n % 2 === 0) await setImmediate();
    }
    await Promise.all(pending);
    await ledger.close();
    assert.equal(new Set(acknowledged).size, 200);
    assert.deepEqual(told, told.toSorted());
    assert.ok(acknowledged.every((id) => told.includes(id)));
    assert.ok(filesOf(join(root, 'p')).length > 1);
    await assertIntact(join(root, 'p'));
  });

  it('is sealed before the ledger is closed', async () => {
    const root = freshRoot();
    const ledger = await openTestLedger(root, undefined, SMALL);
    const project = await ledger.project('p', { create: true });
    const drafts = [opened(), ...Array.from({ length: 9 }, (_, n) => note(`${n}`))];
    await project.appendTask('T-1', PERSON, 'running', drafts).durable;
    await ledger.close();
    assert.deepEqual(filesOf(join(root, 'p')), ['events.000001.jsonl', 'events.jsonl']);
    assert.equal(sealsOf(join(root, 'p')).length, 1);
  });

  it('stands where it stood when a write to the new file fails', async (t) => {
    const root = freshRoot();
    const folder = await makeSealed(root);
    await withLedger(
      root,
      async (project) => {
        const before = wholeLog(folder);
        const stop = replace(t, 'writeSync', (real, ...args) => {
          real(args[0], Buffer.from('half a line'), 0, 11, statSync(taskLog(folder, 'T-1')).size);
          return noSpace();
        });
        await assert.rejects(append(project, 1), { code: 'LEDGER_WRITE_FAILED' });
        stop();
        assert.equal(wholeLog(folder), before);
        await append(project, 5);
      },
      SMALL,
    );
    await assertIntact(folder);
  });

  it('is not sealed after the task was closed, and never while it is short', async () => {
    const root = freshRoot();
    await withLedger(
      root,
      (project) =>
        project.appendTask('T-1', PERSON, 'rejected', [opened(), ...Array(8).fill(note('x')), closed()])
          .durable,
      SMALL,
    );
    await withLedger(
      root,
      (project) => project.appendTask('T-2', PERSON, 'running', [opened()]).durable,
      SMALL,
    );
    assert.deepEqual(sealsOf(join(root, 'p')), []);
  });

  it('may have no file that grows', async () => {
    const root = freshRoot();
    const folder = await makeSealed(root);
    const seals = sealsOf(folder);
    const last = Number(seals.at(-1)?.['last_seq']);
    // As if the ledger had stopped right after it sealed the last one.
    unlinkSync(taskLog(folder, 'T-1'));
    const project = linesOf(join(folder, 'events.jsonl'));
    const until = project.findLastIndex((line) => line.includes('"segment.sealed"')) + 1;
    writeFileSync(
      join(folder, 'events.jsonl'),
      project
        .slice(0, until)
        .map((line) => `${line}\n`)
        .join(''),
    );
    await assertIntact(folder);
    assert.equal((await collect(createLedgerReader(root).readTask('p', 'T-1'))).length, last);
    await withLedger(root, (ledger) => append(ledger, 1), SMALL);
    assert.equal((await collect(createLedgerReader(root).readTask('p', 'T-1'))).length, last + 1);
    await assertIntact(folder);
  });

  it('has a torn tail cut like any other', async () => {
    const root = freshRoot();
    const folder = await makeSealed(root);
    const before = wholeLog(folder);
    appendFileSync(taskLog(folder, 'T-1'), '{"actor":{"id":');
    await withLedger(root, ({ recovered }) => {
      assert.deepEqual(
        recovered.map(({ log, length }) => ({ log, length })),
        [{ log: LOG, length: 15 }],
      );
    });
    const kept = readdirSync(join(folder, 'tasks/T-1')).filter((name) => name.includes('.torn-'));
    assert.equal(kept.length, 1);
    unlinkSync(join(folder, 'tasks/T-1', kept[0]!));
    assert.equal(wholeLog(folder), before);
    await withLedger(root, (project) => append(project, 3), SMALL);
    assert.deepEqual((await verifyProject(folder)).faults, []);
  });

  it('is not opened when a segment is missing or has another size', async () => {
    const root = freshRoot();
    const folder = await makeSealed(root);
    const open = () => withLedger(root, () => undefined);
    renameSync(pathOf(folder, 2), join(root, 'aside'));
    await assert.rejects(open(), { code: 'LEDGER_DAMAGED', message: /events\.000002\.jsonl.*missing/ });
    copyFileSync(join(root, 'aside'), pathOf(folder, 2));
    chmodSync(pathOf(folder, 2), 0o644);
    appendFileSync(pathOf(folder, 2), 'x');
    await assert.rejects(open(), { code: 'LEDGER_DAMAGED', message: /were sealed/ });
  });
});

describe('following a log that is sealed', () => {
  it('misses no line and repeats none', async () => {
    const root = freshRoot();
    const ended = new AbortController();
    const seen: number[] = [];
    const folder = join(root, 'p/tasks/T-1');
    const following = (async () => {
      for await (const line of followLines(folder, { follow: true, signal: ended.signal })) {
        const { seq, type } = JSON.parse(line) as { readonly seq: number; readonly type: string };
        seen.push(seq);
        if (type === 'task.closed') ended.abort();
      }
    })();
    await withLedger(
      root,
      async (project) => {
        for (let n = 0; n < 60; n += 1) {
          await append(project, 1);
          if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 120));
        }
        await project.appendTask('T-1', PERSON, 'rejected', [closed()]).durable;
      },
      SMALL,
    );
    await following;
    assert.deepEqual(
      seen,
      Array.from({ length: 61 }, (_, index) => index + 1),
    );
  });

  /** Has the growing file sealed right before it is opened for the first time. */
  function sealAtOpen(t: TestContext, folder: string): void {
    let isDone = false;
    replace(t, 'openSync', (real, path, ...flags) => {
      if (!isDone && path === taskLog(folder, 'T-1')) {
        isDone = true;
        renameSync(path, pathOf(folder, filesOf(folder).length));
        writeFileSync(path, '');
      }
      return real(path, ...flags);
    });
  }

  it('finds all lines that were there when reading began', async (t) => {
    const root = freshRoot();
    const folder = await makeSealed(root, 14);
    assert.ok(statSync(taskLog(folder, 'T-1')).size > 0);
    sealAtOpen(t, folder);
    assert.equal((await collect(createLedgerReader(root).readTask('p', 'T-1'))).length, 14);
  });

  it('verifies the file that it found first', async (t) => {
    const folder = await makeSealed(freshRoot(), 14);
    sealAtOpen(t, folder);
    const { faults, warnings } = await verifyProject(folder, { threads: 1 });
    assert.deepEqual({ faults, warnings }, { faults: [], warnings: [] });
    assert.ok(filesOf(folder).length > sealsOf(folder).length + 1);
  });

  it('reads on from where a reader was', async () => {
    await withLedger(
      freshRoot(),
      async (project) => {
        await append(project, 6);
        const reading = project.readTask('T-1')[Symbol.asyncIterator]();
        assert.equal((await reading.next()).value?.seq, 1);
        await append(project, 20);
        let last = 1;
        for (let next = await reading.next(); next.done !== true; next = await reading.next())
          last = next.value.seq;
        assert.equal(last, 6);
      },
      SMALL,
    );
  });
});

describe('sealing that fails', () => {
  /** Appends until the log would be sealed, and some lines more. */
  async function appendOn(fail: () => () => void): Promise<string> {
    const root = freshRoot();
    await withLedger(
      root,
      async (project) => {
        const stop = fail();
        await append(project, 12);
        await project.flush();
        assert.deepEqual(filesOf(join(root, 'p')), ['events.jsonl']);
        assert.deepEqual(sealsOf(join(root, 'p')), []);
        await assertIntact(join(root, 'p'));
        stop();
        await append(project, 6);
        await project.flush();
        assert.ok(filesOf(join(root, 'p')).length > 1, 'it is sealed once it can be');
        assert.equal((await collect(project.readTask('T-1'))).length, 18);
      },
      SMALL,
    );
    await assertIntact(join(root, 'p'));
    return root;
  }

  it('leaves a log that goes on: the file cannot be renamed', async (t) => {
    await appendOn(() =>
      replace(t, 'renameSync', (real, from, to) =>
        String(from).endsWith('events.jsonl') ? noSpace() : real(from, to),
      ),
    );
  });

  it('leaves a log that goes on: the new file cannot be made', async (t) => {
    await appendOn(() =>
      replace(t, 'openSync', (real, path, flags, mode) =>
        flags === 'wx' && String(path).endsWith('events.jsonl') ? noSpace() : real(path, flags, mode),
      ),
    );
  });

  it('leaves a log that goes on: the project log cannot be written', async (t) => {
    await appendOn(() =>
      replace(t, 'writeSync', (real, ...args) => {
        const written: unknown = args[1];
        return Buffer.from(written as Uint8Array).includes('"segment.sealed"') ? noSpace() : real(...args);
      }),
    );
  });

  it('ends all writing when the folder cannot be synced, and nothing is lost', async (t) => {
    const root = freshRoot();
    await withLedger(root, (project) => append(project, 2));
    const ledger = await openTestLedger(root, undefined, SMALL);
    const project = await ledger.project('p');
    const stop = replace(t, 'fsyncSync', (real, fd) =>
      fs.fstatSync(fd).isDirectory() ? noSpace() : real(fd),
    );
    await append(project, 2);
    await assert.rejects(append(project, 3), { code: 'LEDGER_POISONED' });
    stop();
    await ledger.close().catch(() => undefined);
    const { faults, warnings } = await verifyProject(join(root, 'p'));
    assert.deepEqual({ faults, warnings }, { faults: [], warnings: [] });
    await withLedger(root, async (again) => assert.ok((await collect(again.readTask('T-1'))).length >= 4));
    assert.deepEqual(filesOf(join(root, 'p')), ['events.jsonl']);
    await assertIntact(join(root, 'p'));
  });
});

describe('kill -9 while a log is sealed', () => {
  const CHILD = fileURLToPath(new URL('../../fixtures/ledger/append-until-step.ts', import.meta.url));

  async function runChild(root: string, killAt: number): Promise<number | null> {
    const child = spawn(process.execPath, ['--import', 'tsx', CHILD, root, `${killAt}`, '1500'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {},
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return signal === 'SIGKILL' ? null : Number(output);
  }

  it('loses no line at any step, and the next opening goes on', { timeout: 240_000 }, async () => {
    const origin = freshRoot();
    await withLedger(origin, (project) => append(project, 2));
    const states = new Set<string>();
    const tryStep = async (killAt: number): Promise<boolean> => {
      const root = freshRoot();
      cpSync(origin, root, { recursive: true });
      const folder = join(root, 'p');
      const isKilled = (await runChild(root, killAt)) === null;
      states.add(`${filesOf(folder).join()} ${sealsOf(folder).length}`);
      const { faults, warnings } = await verifyProject(folder);
      assert.deepEqual(faults, [], `step ${killAt}`);
      assert.deepEqual(
        warnings.filter(({ type }) => type === 'unnamed_segment'),
        [],
        `step ${killAt}`,
      );
      const acknowledged = existsSync(join(root, 'acknowledged'))
        ? linesOf(join(root, 'acknowledged')).length
        : 0;
      await withLedger(
        root,
        async (project) => {
          const found = (await collect(project.readTask('T-1'))).length;
          assert.ok(found >= 2 + acknowledged, `step ${killAt}`);
          await append(project, 4);
          assert.equal((await collect(project.readTask('T-1'))).length, found + 4);
        },
        SMALL,
      );
      await assertIntact(folder);
      const sealed = scanProjectLog(join(folder, 'events.jsonl')).tasks.get('T-1')?.sealed?.segments ?? 0;
      assert.equal(filesOf(folder).length, sealed + 1, `step ${killAt}`);
      return isKilled;
    };
    const steps = (await runChild(cloneOf(origin), 0)) ?? 0;
    assert.ok(steps > 10);
    for (let killAt = 1; killAt <= steps; killAt += 2)
      await Promise.all([tryStep(killAt), tryStep(killAt + 1)]);
    // The moments that matter were among them.
    for (const state of [
      'events.000001.jsonl 0',
      'events.000001.jsonl,events.jsonl 0',
      'events.000001.jsonl,events.jsonl 1',
    ])
      assert.ok(states.has(state), `${state} of ${[...states].join(' | ')}`);
  });

  function cloneOf(origin: string): string {
    const root = freshRoot();
    cpSync(origin, root, { recursive: true });
    return root;
  }
});

describe('verifying sealed segments', () => {
  async function changed(
    change: (folder: string) => void,
    mode: VerifyMode = 'strict',
  ): Promise<Awaited<ReturnType<typeof verifyProject>>> {
    const folder = await makeSealed(freshRoot());
    for (const name of filesOf(folder)) chmodSync(join(folder, 'tasks/T-1', name), 0o644);
    change(folder);
    return await verifyProject(folder, { mode });
  }
  const firstOf = (folder: string, segment: number): number =>
    Number(sealsOf(folder)[segment - 1]?.['first_seq']);

  it('finds a changed line where it is', async () => {
    const report = await changed((folder) =>
      edit(pathOf(folder, 2), (bytes) => Buffer.from(String(bytes).replace('line', 'lime'))),
    );
    const folder = await makeSealed(freshRoot());
    assert.equal(brief(report), `TAMPERED ${LOG} ${firstOf(folder, 2)}`);
  });

  it('finds a missing segment: the log does not go on, or ends before its head', async () => {
    const folder = await makeSealed(freshRoot());
    const middle = await changed((each) => unlinkSync(pathOf(each, 2)));
    assert.equal(brief(middle), `TAMPERED ${LOG} ${firstOf(folder, 2)}`);
    const first = await changed((each) => unlinkSync(pathOf(each, 1)));
    assert.equal(brief(first), `TAMPERED ${LOG} 1`);
    const all = await changed((each) =>
      filesOf(each).forEach((name) => unlinkSync(join(each, 'tasks/T-1', name))),
    );
    assert.equal(all.verdict, 'TRUNCATED');
    const growing = await changed((each) => unlinkSync(taskLog(each, 'T-1')));
    assert.equal(growing.verdict, 'TRUNCATED');
  });

  it('finds lines that were moved from one file to the next', async () => {
    const report = await changed((folder) => {
      const [first, second] = [readFileSync(pathOf(folder, 1)), readFileSync(pathOf(folder, 2))];
      const at = first.lastIndexOf('\n', first.length - 2) + 1;
      writeFileSync(pathOf(folder, 1), first.subarray(0, at));
      writeFileSync(pathOf(folder, 2), Buffer.concat([first.subarray(at), second]));
    });
    assert.equal(brief(report), `TAMPERED ${LOG} 1`);
    assert.deepEqual(
      report.faults.map((fault) => ('path' in fault ? `${fault.type} ${fault.path}` : fault.type)),
      ['file_changed tasks/T-1/events.000001.jsonl', 'file_changed tasks/T-1/events.000002.jsonl'],
    );
  });

  it('finds a seal that says what is not so', async () => {
    for (const [from, to, expected] of [
      [/"first_seq":1,/, '"first_seq":2,', 'file_changed events.jsonl'],
      [/"segment":2,/, '"segment":3,', 'file_changed events.jsonl'],
      [/(?<="sha256":")./, 'g', `file_changed ${LOG}`],
      [/(?<="first_seq":1,"head_hash":")./, 'g', `tampered ${LOG}`],
    ] as const) {
      const { faults } = await changed((folder) => {
        const lines = linesOf(join(folder, 'events.jsonl'));
        const isSeal = (line: string): boolean => line.includes('"segment.sealed"') && from.test(line);
        const at = lines.findIndex(isSeal);
        const other = lines.map((line, index) => (index === at ? line.replace(from, to) : line));
        writeFileSync(join(folder, 'events.jsonl'), rehash(other));
      }, 'fast');
      const found = faults.map((fault) => ('log' in fault ? `${fault.type} ${fault.log}` : fault.type));
      assert.ok(found.includes(expected), `${to}: ${found.join()}`);
    }
  });

  it('finds nothing wrong while one is being sealed', async () => {
    const root = freshRoot();
    await withLedger(
      root,
      async (project) => {
        await append(project, 2);
        await project.flush();
        const writing = append(project, 120);
        for (let round = 0; round < 15; round += 1) {
          const { faults, warnings } = await verifyProject(project.folder, { mode: 'fast' });
          const unnamed = warnings.filter(({ type }) => type === 'unnamed_segment');
          assert.deepEqual({ faults, unnamed }, { faults: [], unnamed: [] });
        }
        await writing;
      },
      SMALL,
    );
  });

  it('finds a renamed segment, and tells of one that no line names', async () => {
    const renamed = await changed((folder) => renameSync(pathOf(folder, 1), pathOf(folder, 8)));
    assert.equal(renamed.verdict, 'TAMPERED');
    const extra = await changed((folder) => writeFileSync(pathOf(folder, 8), ''));
    assert.equal(extra.verdict, 'UNANCHORED');
    assert.deepEqual(extra.warnings, [{ type: 'unnamed_segment', log: LOG, file: 'events.000008.jsonl' }]);
    const copied = await changed((folder) => copyFileSync(pathOf(folder, 1), pathOf(folder, 8)));
    assert.equal(copied.verdict, 'TAMPERED');
  });
});
