import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { verifyProject } from '../../../daemon/ledger/verify-project.ts';
import type { Disclosure, RedactedEvent, RedactedFile } from '../../../protocol/disclosure.ts';
import { sliceEventLine } from '../../../protocol/event-slices.ts';
import { formatRedactedLine } from '../../../protocol/redacted-line.ts';
import type { VerifyReport } from '../../../daemon/ledger/verify-report.ts';
import { sha256Hex } from '../../../protocol/digest.ts';
import { linesOf, PERSON, scratchFolder, stopped, taskLog } from '../../helpers/ledger-fixture.ts';
import { anchorOf, makeSignedLedger, type SignedLedger } from '../../helpers/signed-ledger.ts';
import type { EventDraft } from '../../../protocol/events.ts';

const scratch = scratchFolder();
let count = 0;
const freshRoot = (): string => join(scratch, `root-${(count += 1)}`);
const LOG = 'tasks/T-1/events.jsonl';

function brief({ verdict, faults }: VerifyReport): string {
  return [
    verdict,
    ...faults.map((fault) => {
      return fault.type === 'tampered' ? `${fault.log} ${fault.seq} ${fault.why}` : fault.type;
    }),
  ].join(', ');
}

/** Puts a redacted line in the place of one. */
function redact(path: string, seq: number, change: (line: string) => string = (line) => line): void {
  const lines = linesOf(path).map((text, index) => {
    if (index !== seq - 1) return text;
    const slices = sliceEventLine(text);
    assert.ok(slices !== null);
    const { hashAt: _, ...line } = slices;
    return change(formatRedactedLine({ ...line, redacted_bytes: Buffer.byteLength(text) }));
  });
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
}

const disclosing = (
  redacted: readonly (RedactedEvent | RedactedFile)[],
  tasks: Disclosure['tasks'] = { included: ['T-1', 'T-2'], left_out: 0 },
): Disclosure => ({ v: 1, complete: false, since: null, tasks, redacted });

describe('verifying what an archive left out', () => {
  /** A project whose tasks have a redacted line each, anchored before. */
  async function makeRedacted(): Promise<SignedLedger & { readonly redacted: readonly RedactedEvent[] }> {
    const ledger = await makeSignedLedger(freshRoot());
    redact(taskLog(ledger.folder, 'T-1'), 3);
    redact(taskLog(ledger.folder, 'T-2'), 1);
    return {
      ...ledger,
      redacted: [
        { path: LOG, seq: 3 },
        { path: 'tasks/T-2/events.jsonl', seq: 1 },
      ],
    };
  }

  it('takes redacted lines for what they stand for: place and size of the log', async () => {
    const { folder, redacted, checkpoint } = await makeRedacted();
    for (const mode of ['fast', 'strict'] as const) {
      const options = { mode, disclosure: disclosing(redacted), anchors: [anchorOf(checkpoint())] };
      const report = await verifyProject(folder, options);
      assert.equal(brief(report), 'ANCHORED');
      assert.deepEqual(
        { redacted: report.redacted, warnings: report.warnings },
        { redacted: 2, warnings: [] },
      );
    }
  });

  it('takes no redacted line that was not disclosed', async () => {
    const { folder, redacted } = await makeRedacted();
    assert.equal(brief(await verifyProject(folder)).split(', ')[1], `${LOG} 3 not_an_event`);
    const disclosure = disclosing([{ path: LOG, seq: 4 }, ...redacted.slice(1)]);
    assert.equal(brief(await verifyProject(folder, { disclosure })), `TAMPERED, ${LOG} 3 redacted`);
  });

  it('finds a redacted line that was changed, by the line after it or its head', async () => {
    const changes: readonly (readonly [string, number, (line: string) => string, string])[] = [
      [LOG, 3, (line) => line.replace(/("event_hash":")./, '$1x'), `${LOG} 3 not_an_event`],
      [LOG, 3, (line) => line.replace(/("event_hash":")[0-9a-f]{4}/, '$10000'), `${LOG} 4 link_broken`],
      [LOG, 3, (line) => line.replace('"seq":3', '"seq":4'), `${LOG} 3 seq_gap`],
      [LOG, 3, (line) => line.replace('"v":1', '"v":2'), `${LOG} 3 unknown_version`],
      [LOG, 3, (line) => line.replace('"task_id":"T-1"', '"task_id":"T-2"'), `${LOG} 3 wrong_log`],
      [LOG, 3, (line) => line.replace(/("redacted_bytes":)\d+/, '$1999'), `${LOG} 5 head_mismatch`],
      [
        LOG,
        3,
        (line) => line.replace('"log_id"', `"leaf_hash":"${'a'.repeat(64)}","log_id"`),
        `${LOG} 3 not_an_event`,
      ],
      [LOG, 5, (line) => line.replace(/("event_hash":")[0-9a-f]{4}/, '$10000'), `${LOG} 5 head_mismatch`],
    ];
    for (const [path, seq, change, expected] of changes) {
      const ledger = await makeSignedLedger(freshRoot());
      redact(join(ledger.folder, path), seq, change);
      const report = await verifyProject(ledger.folder, { disclosure: disclosing([{ path, seq }]) });
      assert.ok(brief(report).startsWith(`TAMPERED, ${expected}`), `${expected}: ${brief(report)}`);
    }
  });

  it('takes no redacted line in a project log, whatever it claims to be', async () => {
    const { folder, grow } = await makeSignedLedger(freshRoot());
    await grow((project) => project.appendProject(PERSON, [stopped()]).durable);
    const log = join(folder, 'events.jsonl');
    const pristine = readFileSync(log);
    const refused = linesOf(log).map((line) => (JSON.parse(line) as { type: string }).type);
    assert.deepEqual(
      new Set(refused),
      new Set(['project.created', 'key.added', 'task.created', 'head.committed', 'daemon.stopped']),
    );
    for (const index of refused.keys()) {
      redact(log, index + 1, (line) => line.replace(/"type":"[^"]*"/, '"type":"daemon.started"'));
      const disclosure = disclosing([{ path: 'events.jsonl', seq: index + 1 }]);
      const report = await verifyProject(folder, { disclosure });
      assert.equal(brief(report).split(', ')[1], `events.jsonl ${index + 1} redacted`);
      writeFileSync(log, pristine);
    }
  });

  it('misses no task that was left out as disclosed, and any other', async () => {
    const { folder } = await makeSignedLedger(freshRoot());
    rmSync(join(folder, 'tasks/T-2'), { recursive: true });
    const found = async (tasks: Disclosure['tasks']): Promise<string> =>
      brief(await verifyProject(folder, { disclosure: disclosing([], tasks) }));
    assert.equal(await found({ included: ['T-1'], left_out: 1 }), 'UNANCHORED');
    assert.equal(await found({ included: ['T-1'], left_out: 2 }), 'TAMPERED, disclosure_wrong');
    assert.equal(await found({ included: ['T-1', 'T-2'], left_out: 0 }), 'TRUNCATED, log_missing');
  });

  it('misses no file that was taken out as disclosed, and checks those that are there', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const bytes = 2;
    const files = ['a', 'b'].map((name) => ({
      path: `packs/${name}`,
      sha256: sha256Hex(`${name}\n`),
      bytes,
    }));
    await ledger.grow((project) => {
      const packs = files.map(({ path, sha256 }) => {
        const data = { pack_sha256: sha256, bytes, file: path };
        return { type: 'pack.accepted', data } as unknown as EventDraft;
      });
      return project.appendTask('T-1', PERSON, 'queued', packs).durable;
    });
    const disclosure = disclosing(files.map((file) => ({ ...file, path: `tasks/T-1/${file.path}` })));
    const report = await verifyProject(ledger.folder, { disclosure, mode: 'fast' });
    assert.deepEqual({ said: brief(report), files: report.files }, { said: 'UNANCHORED', files: 0 });
    const one = disclosing([...disclosure.redacted.slice(1)]);
    assert.equal(
      brief(await verifyProject(ledger.folder, { disclosure: one, mode: 'fast' })),
      'TAMPERED, missing',
    );
  });
});

describe('verifying a log of several files', () => {
  /** Cuts the log of T-1 into sealed segments of so many lines. */
  function seal(folder: string, ...sizes: readonly number[]): void {
    const lines = linesOf(taskLog(folder, 'T-1')).map((line) => `${line}\n`);
    let from = 0;
    for (const [index, size] of sizes.entries()) {
      const name = `events.${String(index + 1).padStart(6, '0')}.jsonl`;
      writeFileSync(join(folder, 'tasks/T-1', name), lines.slice(from, from + size).join(''));
      from += size;
    }
    writeFileSync(taskLog(folder, 'T-1'), lines.slice(from).join(''));
  }

  it('joins sealed segments and the file that grows', async () => {
    for (const sizes of [[1], [2, 2], [4], [5], [1, 1, 1, 1, 1]]) {
      const { folder } = await makeSignedLedger(freshRoot());
      const whole = await verifyProject(folder);
      seal(folder, ...sizes);
      const { warnings, ...report } = await verifyProject(folder);
      assert.deepEqual({ ...report, warnings: whole.warnings }, whole);
      // No line tells of them; the last one could just be being sealed.
      const unnamed = warnings.filter(({ type }) => type === 'unnamed_segment').length;
      assert.equal(unnamed, sizes.at(-1) === 5 || sizes.length === 5 ? sizes.length - 1 : sizes.length);
    }
  });

  it('names the line of the log in whichever segment it is', async () => {
    const { folder } = await makeSignedLedger(freshRoot());
    seal(folder, 2, 2);
    const second = join(folder, 'tasks/T-1/events.000002.jsonl');
    const pristine = readFileSync(second, 'utf8');
    writeFileSync(second, pristine.replace('T-1 2', 'T-1 x'));
    assert.equal(brief(await verifyProject(folder)), `TAMPERED, ${LOG} 4 hash_mismatch`);
    writeFileSync(second, pristine.slice(0, -1));
    assert.equal(brief(await verifyProject(folder)), `TAMPERED, ${LOG} 4 not_an_event`);
    unlinkSync(second);
    assert.match(brief(await verifyProject(folder)), /^TAMPERED, tasks\/T-1\/events\.jsonl 3 /);
  });

  it('counts redacted lines over all of them', async () => {
    const { folder, checkpoint } = await makeSignedLedger(freshRoot());
    redact(taskLog(folder, 'T-1'), 2);
    seal(folder, 3);
    const options = { disclosure: disclosing([{ path: LOG, seq: 2 }]), anchors: [anchorOf(checkpoint())] };
    assert.equal(brief(await verifyProject(folder, options)), 'ANCHORED');
  });
});

describe('verifying leaves no trace', () => {
  it('changes no file, no time and no folder', async () => {
    const { folder, checkpoint } = await makeSignedLedger(freshRoot());
    const look = (): unknown =>
      ['.', 'events.jsonl', 'checkpoint', 'tasks', 'tasks/T-1', LOG].map((path) => {
        const { mtimeMs, ctimeMs, size } = statSync(join(folder, path));
        return { path, mtimeMs, ctimeMs, size };
      });
    const before = look();
    await verifyProject(folder, { anchors: [anchorOf(checkpoint())] });
    assert.deepEqual(look(), before);
  });
});
