import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { verifyProject } from '../../daemon/ledger/verify-project.ts';
import type { ProjectLedger } from '../../daemon/ports/ledger.ts';
import { assertIntact } from '../helpers/assert-intact.ts';
import {
  collect,
  linesOf,
  makeProject,
  note,
  PERSON,
  scratchFolder,
  taskLog,
  withLedger,
} from '../helpers/ledger-fixture.ts';

const scratch = scratchFolder();

describe('a change of any byte', () => {
  const folder = join(scratch, 'mutation', 'p');
  const logs = ['tasks/T-1/events.jsonl', 'events.jsonl'];
  const pristine = new Map<string, Buffer>();
  before(async () => {
    await makeProject(join(scratch, 'mutation'), { 'T-1': 6, 'T-2': 2 });
    for (const log of logs) pristine.set(log, readFileSync(join(folder, log)));
  });

  for (const mode of ['fast', 'strict'] as const) {
    it(`is found, and the first bad line named (${mode})`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...logs),
          fc.nat(),
          fc.integer({ min: 1, max: 255 }),
          async (log, place, change) => {
            const bytes = Buffer.from(pristine.get(log)!);
            const at = place % bytes.length;
            const isLastByte = at === bytes.length - 1;
            bytes[at] = bytes[at]! ^ change;
            writeFileSync(join(folder, log), bytes);
            const expected = pristine.get(log)!.subarray(0, at).toString('latin1').split('\n').length;
            const { verdict, faults, warnings } = await verifyProject(folder, { mode });
            writeFileSync(join(folder, log), pristine.get(log)!);
            if (isLastByte && log === 'events.jsonl') {
              // Nothing covers the project log's end yet: an unfinished line is all that shows.
              assert.equal(verdict, 'UNANCHORED');
              assert.ok(warnings.some(({ type }) => type === 'torn_tail'));
            } else if (isLastByte) {
              assert.deepEqual(faults, [{ type: 'truncated', log, seq: expected - 1, head_seq: expected }]);
            } else {
              const fault = faults.find((each) => each.type === 'tampered' && each.log === log);
              assert.ok(fault?.type === 'tampered', `${verdict} at byte ${at}`);
              assert.equal(fault.seq, expected);
            }
          },
        ),
        { numRuns: 250 },
      );
    });
  }
});

describe('a crash at any point of an append', () => {
  const root = join(scratch, 'crash');
  const image = join(scratch, 'image');
  const log = taskLog(join(root, 'p'), 'T-1');
  /** Three lines behind the head, written one by one; and written together. */
  let whole = Buffer.alloc(0);
  let oneWrite = Buffer.alloc(0);
  let covered = 0;
  before(async () => {
    await makeProject(root, { 'T-1': 2 });
    covered = statSync(log).size;
    const projectLog = readFileSync(join(root, 'p', 'events.jsonl'));
    const known = readFileSync(log);
    const drafts = [note('a'), note('b'.repeat(300)), note('ö')];
    const append = (project: ProjectLedger, ...each: typeof drafts): Promise<void> =>
      project.appendTask('T-1', PERSON, 'queued', each).durable;
    await withLedger(root, (project) => append(project, ...drafts));
    oneWrite = readFileSync(log);
    writeFileSync(join(root, 'p', 'events.jsonl'), projectLog);
    writeFileSync(log, known);
    await withLedger(root, async (project) => {
      for (const draft of drafts) await append(project, draft);
    });
    writeFileSync(join(root, 'p', 'events.jsonl'), projectLog);
    whole = readFileSync(log);
  });

  /** Opens a copy of the project whose task log holds these bytes. */
  async function reopen(bytes: Buffer): Promise<readonly string[] | 'refused'> {
    rmSync(image, { recursive: true, force: true });
    cpSync(root, image, { recursive: true });
    writeFileSync(taskLog(join(image, 'p'), 'T-1'), bytes);
    try {
      await withLedger(image, async (project) => {
        await collect(project.readTask('T-1'));
      });
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'LEDGER_DAMAGED');
      assert.deepEqual(readFileSync(taskLog(join(image, 'p'), 'T-1')), bytes);
      return 'refused';
    }
    await assertIntact(join(image, 'p'));
    return linesOf(taskLog(join(image, 'p'), 'T-1'));
  }

  it('keeps every whole line when the file ends anywhere behind the head, and refuses before it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (size) => {
        const left = await reopen(whole.subarray(0, size));
        if (size < covered) assert.equal(left, 'refused');
        else
          assert.deepEqual(
            left,
            whole
              .subarray(0, whole.subarray(0, size).lastIndexOf('\n') + 1)
              .toString()
              .split('\n')
              .slice(0, -1),
          );
      }),
      { numRuns: 60 },
    );
  });

  it('keeps every whole line before a block that never reached the disk', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: covered, max: whole.length - 1 }),
        fc.nat(2000),
        async (from, extra) => {
          const bytes = Buffer.concat([whole.subarray(0, from), Buffer.alloc(whole.length - from + extra)]);
          const left = await reopen(bytes);
          assert.deepEqual(
            left,
            whole
              .subarray(0, whole.subarray(0, from).lastIndexOf('\n') + 1)
              .toString()
              .split('\n')
              .slice(0, -1),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('keeps every whole line before a block that is missing in the last write, whatever follows in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: covered, max: oneWrite.length - 2 }),
        fc.nat(),
        async (from, length) => {
          const bytes = Buffer.from(oneWrite);
          bytes.fill(0, from, from + 1 + (length % (bytes.length - from)));
          const kept = oneWrite.subarray(0, oneWrite.subarray(0, from).lastIndexOf('\n') + 1);
          assert.deepEqual(await reopen(bytes), kept.toString().split('\n').slice(0, -1));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('never cuts a valid line of a later write that lies behind a zeroed block', async () => {
    const lastLine = whole.lastIndexOf('\n', whole.length - 2) + 1;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: covered, max: lastLine - 2 }), fc.nat(), async (from, length) => {
        const bytes = Buffer.from(whole);
        bytes.fill(0, from, from + 1 + (length % (lastLine - 1 - from)));
        assert.equal(await reopen(bytes), 'refused');
      }),
      { numRuns: 40 },
    );
  });
});
