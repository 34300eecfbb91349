import assert from 'node:assert/strict';
import {
  chmodSync,
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { verifyProject } from '../../../daemon/ledger/verify-project.ts';
import type { VerifyMode, VerifyReport } from '../../../daemon/ledger/verify-report.ts';
import { sha256Hex } from '../../../protocol/digest.ts';
import type { EventDraft } from '../../../protocol/events.ts';
import type { Artifact } from '../../../protocol/generated/types.ts';
import {
  edit,
  linesOf,
  makeProject,
  note,
  opened,
  PERSON,
  rehash,
  scratchFolder,
  taskLog,
  withLedger,
} from '../../helpers/ledger-fixture.ts';

const scratch = scratchFolder();
let count = 0;
const freshRoot = (): string => join(scratch, `root-${(count += 1)}`);
const MODES: readonly VerifyMode[] = ['fast', 'strict'];

/** Says in short what was found: the verdict, then each fault. */
function brief({ verdict, faults }: VerifyReport): readonly string[] {
  return [
    verdict,
    ...faults.map((fault) => {
      if (fault.type === 'tampered') return `${fault.log} ${fault.seq} ${fault.why}`;
      if (fault.type === 'truncated') return `${fault.log} ${fault.seq} of ${fault.head_seq}`;
      return `${'path' in fault ? fault.path : ''} ${fault.type}`;
    }),
  ];
}

const LOG = 'tasks/T-1/events.jsonl';

/** Verifies a fresh project after a change to it, in both modes, which must agree. */
async function verifyAfter(
  change: (folder: string) => void,
  tasks: Record<string, number> = { 'T-1': 5, 'T-2': 3 },
): Promise<readonly string[]> {
  const folder = await makeProject(freshRoot(), tasks);
  change(folder);
  const [fast, strict] = await Promise.all(
    MODES.map(async (mode) => brief(await verifyProject(folder, { mode }))),
  );
  assert.deepEqual(fast, strict);
  return strict ?? [];
}

describe('verifying an intact project', () => {
  for (const mode of MODES) {
    it(`finds nothing and counts everything (${mode})`, async () => {
      const folder = await makeProject(freshRoot(), { 'T-1': 5, 'T-2': 3 });
      const report = await verifyProject(folder, { mode });
      const projectLines = linesOf(join(folder, 'events.jsonl'));
      const last = JSON.parse(projectLines.at(-1)!) as { seq: number; event_hash: string };
      assert.deepEqual(report, {
        verdict: 'UNANCHORED',
        at: null,
        unanchored: 8 + projectLines.length,
        anchored: null,
        checkpoint: null,
        anchors: [],
        keys: [],
        mode,
        faults: [],
        warnings: [],
        logs: 3,
        events: 8 + projectLines.length,
        redacted: 0,
        bytes: [LOG, 'tasks/T-2/events.jsonl', 'events.jsonl']
          .map((log) => statSync(join(folder, log)).size)
          .reduce((a, b) => a + b),
        files: 0,
        head: { seq: last.seq, event_hash: last.event_hash },
      });
    });
  }

  it('verifies one task alone', async () => {
    const folder = await makeProject(freshRoot(), { 'T-1': 5, 'T-2': 3 });
    edit(taskLog(folder, 'T-2'), (bytes) => bytes.fill(0x41, 20, 21));
    assert.equal((await verifyProject(folder, { taskId: 'T-1' })).verdict, 'UNANCHORED');
    assert.equal((await verifyProject(folder, { taskId: 'T-2' })).verdict, 'TAMPERED');
  });

  it('works while a writer is at work', async () => {
    const root = freshRoot();
    await withLedger(root, async (project) => {
      await project.appendTask('T-1', PERSON, 'queued', [opened()]).durable;
      let isDone = false;
      const writing = (async () => {
        while (!isDone) await project.appendTask('T-1', PERSON, 'queued', [note('x'.repeat(500))]).durable;
      })();
      for (let n = 0; n < 20; n += 1) {
        const { faults } = await verifyProject(project.folder, { mode: 'fast' });
        assert.deepEqual(faults, []);
      }
      isDone = true;
      await writing;
    });
  });
});

describe('verifying a project that was tampered with', () => {
  it('fault 15: names the line of a changed byte', async () => {
    const at =
      (line: number, what: string): ((folder: string) => void) =>
      (folder) =>
        edit(taskLog(folder, 'T-1'), (bytes) => {
          const lines = linesOf(taskLog(folder, 'T-1'));
          const start = lines.slice(0, line - 1).reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
          const index = bytes.indexOf(what, start) + what.length;
          bytes[index] = bytes[index] === 0x61 ? 0x62 : 0x61;
          return bytes;
        });
    assert.deepEqual(await verifyAfter(at(3, '"reason":"')), ['TAMPERED', `${LOG} 3 hash_mismatch`]);
    assert.deepEqual(await verifyAfter(at(1, '"id":"')), ['TAMPERED', `${LOG} 1 hash_mismatch`]);
    assert.deepEqual(await verifyAfter(at(4, '"prev_event_hash":"')), ['TAMPERED', `${LOG} 4 hash_mismatch`]);
    assert.deepEqual(await verifyAfter(at(5, '"v":1')), ['TAMPERED', `${LOG} 5 not_an_event`]);
  });

  const onLines =
    (change: (lines: string[]) => readonly string[]): ((folder: string) => void) =>
    (folder) => {
      const log = taskLog(folder, 'T-1');
      writeFileSync(
        log,
        change([...linesOf(log)])
          .map((line) => `${line}\n`)
          .join(''),
      );
    };

  it('fault 16: names the place of a deleted, moved or inserted line', async () => {
    const deleted = await verifyAfter(onLines((lines) => lines.filter((_, index) => index !== 2)));
    assert.deepEqual(deleted, ['TAMPERED', `${LOG} 3 seq_gap`]);
    const moved = await verifyAfter(onLines(([a, b, c, d, e]) => [a!, b!, d!, c!, e!]));
    assert.deepEqual(moved, ['TAMPERED', `${LOG} 3 seq_gap`]);
    const repeated = await verifyAfter(
      onLines((lines) => [...lines.slice(0, 2), lines[1]!, ...lines.slice(2)]),
    );
    assert.deepEqual(repeated, ['TAMPERED', `${LOG} 3 seq_gap`]);
    const first = await verifyAfter(onLines((lines) => lines.slice(1)));
    assert.deepEqual(first, ['TAMPERED', `${LOG} 1 seq_gap`]);
  });

  it('fault 16: is not deceived by a line made to fit', async () => {
    const spliced = await verifyAfter((folder) => {
      const log = taskLog(folder, 'T-1');
      const lines = [...linesOf(log)];
      lines[2] = rehash([lines[2]!.replace('T-1 1', 'forged')]).slice(0, -1);
      writeFileSync(log, lines.map((line) => `${line}\n`).join(''));
    });
    assert.deepEqual(spliced, ['TAMPERED', `${LOG} 3 link_broken`]);
  });

  it('fault 17: tells a cut below a head', async () => {
    const cut = await verifyAfter(onLines((lines) => lines.slice(0, 3)));
    assert.deepEqual(cut, ['TRUNCATED', `${LOG} 3 of 5`]);
    const inside = await verifyAfter((folder) => truncateSync(taskLog(folder, 'T-1'), 700));
    assert.deepEqual(inside, ['TRUNCATED', `${LOG} 1 of 5`]);
    const emptied = await verifyAfter((folder) => truncateSync(taskLog(folder, 'T-1'), 0));
    assert.deepEqual(emptied, ['TRUNCATED', `${LOG} 0 of 5`]);
  });

  it('fault 18: tells how much is not anchored yet', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, { 'T-1': 3 });
    const anchored = readFileSync(join(folder, 'events.jsonl'));
    await withLedger(
      root,
      (project) => project.appendTask('T-1', PERSON, 'queued', [note('a'), note('b')]).durable,
    );
    writeFileSync(join(folder, 'events.jsonl'), anchored);
    const report = await verifyProject(folder);
    assert.deepEqual(report.warnings, [{ type: 'unanchored', log: LOG, events: 2 }]);
    assert.equal(report.verdict, 'UNANCHORED');
    // Cutting them off again cannot be seen: that is what the warning says.
    writeFileSync(
      taskLog(folder, 'T-1'),
      linesOf(taskLog(folder, 'T-1'))
        .slice(0, 3)
        .map((line) => `${line}\n`)
        .join(''),
    );
    assert.equal((await verifyProject(folder)).verdict, 'UNANCHORED');
  });

  it('fault 19: tells a task whose log was hashed anew', async () => {
    const from =
      (line: number): ((folder: string) => void) =>
      (folder) => {
        const log = taskLog(folder, 'T-1');
        writeFileSync(
          log,
          rehash(
            linesOf(log).map((text, index) =>
              index === line - 1 ? text.replace(/"T-1 \d"/, '"T-1 9"').replace('Title', 'Tilte') : text,
            ),
          ),
        );
      };
    assert.deepEqual(await verifyAfter(from(1)), ['TAMPERED', `${LOG} 1 genesis_mismatch`]);
    assert.deepEqual(await verifyAfter(from(3)), ['TAMPERED', `${LOG} 5 head_mismatch`]);
  });

  it('fault 20: misses a task folder that was deleted', async () => {
    const deleted = await verifyAfter((folder) => rmSync(join(folder, 'tasks/T-1'), { recursive: true }));
    assert.deepEqual(deleted, ['TRUNCATED', `${LOG} log_missing`]);
  });

  it('fault 21: tells two task logs that were swapped', async () => {
    const swapped = await verifyAfter((folder) => {
      renameSync(join(folder, 'tasks/T-1'), join(folder, 'tasks/x'));
      renameSync(join(folder, 'tasks/T-2'), join(folder, 'tasks/T-1'));
      renameSync(join(folder, 'tasks/x'), join(folder, 'tasks/T-2'));
    });
    assert.deepEqual(swapped, ['TAMPERED', `${LOG} 1 wrong_log`, 'tasks/T-2/events.jsonl 1 wrong_log']);
  });

  it('fault 21: tells a log that was begun anew for the same task', async () => {
    const other = await makeProject(freshRoot(), { 'T-1': 5 });
    const replaced = await verifyAfter((folder) => cpSync(taskLog(other, 'T-1'), taskLog(folder, 'T-1')));
    assert.deepEqual(replaced, ['TAMPERED', `${LOG} 1 wrong_log_id`]);
  });

  it('fault 24: tells a task log that was restored from an older backup', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, { 'T-1': 3 });
    const backup = readFileSync(taskLog(folder, 'T-1'));
    await withLedger(root, (project) => project.appendTask('T-1', PERSON, 'queued', [note('new')]).durable);
    writeFileSync(taskLog(folder, 'T-1'), backup);
    assert.deepEqual(brief(await verifyProject(folder)), ['TRUNCATED', `${LOG} 3 of 4`]);
  });

  it('fault 28: takes a zero-filled tail for a torn one', async () => {
    const folder = await makeProject(freshRoot(), { 'T-1': 3 });
    const size = statSync(taskLog(folder, 'T-1')).size;
    appendFileSync(taskLog(folder, 'T-1'), Buffer.alloc(100));
    for (const mode of MODES) {
      const { verdict, warnings } = await verifyProject(folder, { mode });
      assert.equal(verdict, 'UNANCHORED');
      assert.deepEqual(warnings, [{ type: 'torn_tail', log: LOG, offset: size, bytes: 100 }]);
    }
  });

  it('fault 29: names the line of a zeroed block', async () => {
    const zeroed = await verifyAfter((folder) =>
      edit(taskLog(folder, 'T-1'), (bytes) =>
        bytes.fill(0, bytes.indexOf('"T-1 0"'), bytes.indexOf('"T-1 1"')),
      ),
    );
    assert.deepEqual(zeroed, ['TAMPERED', `${LOG} 2 hash_mismatch`]);
  });

  it('fault 5: recognises line endings changed by git', async () => {
    const folder = await makeProject(freshRoot(), { 'T-1': 3 });
    edit(taskLog(folder, 'T-1'), (bytes) => Buffer.from(bytes.toString().replaceAll('\n', '\r\n')));
    const [fault] = (await verifyProject(folder)).faults;
    assert.ok(fault?.type === 'tampered' && /autocrlf/.test(fault.detail));
  });

  it('fault 10: stops at a line that is too long, in bounded memory', async () => {
    const tooLong = await verifyAfter((folder) =>
      appendFileSync(taskLog(folder, 'T-1'), `${'x'.repeat(70_000)}\n`),
    );
    assert.deepEqual(tooLong, ['TAMPERED', `${LOG} 6 too_long`]);
    const endless = await verifyAfter((folder) =>
      appendFileSync(taskLog(folder, 'T-1'), 'x'.repeat(5_000_000)),
    );
    assert.deepEqual(endless, ['TAMPERED', `${LOG} 6 too_long`]);
  });

  it('fault 12: tells empty lines, null and lists', async () => {
    for (const line of ['', 'null', '[]']) {
      const found = await verifyAfter((folder) => appendFileSync(taskLog(folder, 'T-1'), `${line}\n`));
      assert.deepEqual(found, ['TAMPERED', `${LOG} 6 not_an_event`]);
    }
  });

  it('misses the project log', async () => {
    const missing = await verifyAfter((folder) => unlinkSync(join(folder, 'events.jsonl')));
    assert.deepEqual(missing, ['TRUNCATED', 'events.jsonl log_missing']);
  });

  it('compares the manifest with the first line', async () => {
    const manifest = 'manifest/project_manifest.json';
    const missing = await verifyAfter((folder) => unlinkSync(join(folder, manifest)));
    assert.deepEqual(missing, ['TAMPERED', `${manifest} missing`]);
    const changed = await verifyAfter((folder) =>
      edit(join(folder, manifest), (bytes) =>
        Buffer.from(bytes.toString().replace(/"genesis": "./, '"genesis": "x')),
      ),
    );
    assert.deepEqual(changed, ['TAMPERED', `${manifest} file_changed`]);
    const broken = await verifyAfter((folder) => writeFileSync(join(folder, manifest), 'null'));
    assert.deepEqual(broken, ['TAMPERED', `${manifest} file_changed`]);
    const folderInItsPlace = await verifyAfter((folder) => {
      unlinkSync(join(folder, manifest));
      mkdirSync(join(folder, manifest));
    });
    assert.deepEqual(folderInItsPlace, ['TAMPERED', `${manifest} not_plain`]);
  });

  it('stops at the project log’s first bad line, and takes what came before as known', async () => {
    const found = await verifyAfter((folder) => {
      const log = join(folder, 'events.jsonl');
      const lines = [...linesOf(log)];
      lines[3] = lines[3]!.replace('T-2', 'T-9');
      writeFileSync(log, lines.map((line) => `${line}\n`).join(''));
    });
    assert.deepEqual(found, ['TAMPERED', 'events.jsonl 4 hash_mismatch']);
  });
});

describe('verifying lines that are well hashed but wrong', () => {
  /** A log that no head covers, as forged by someone who hashes as we do. */
  const forge = async (
    change: (line: string) => string | Buffer,
    modes = MODES,
  ): Promise<readonly (readonly string[])[]> => {
    const folder = await makeProject(freshRoot(), {});
    const source = await makeProject(freshRoot(), { 'T-1': 3 });
    mkdirSync(dirname(taskLog(folder, 'T-1')), { recursive: true });
    const lines = linesOf(taskLog(source, 'T-1'));
    const changed = lines.map((line, index) => (index === 1 ? String(change(line)) : line));
    writeFileSync(taskLog(folder, 'T-1'), rehash(changed));
    return Promise.all(modes.map(async (mode) => brief(await verifyProject(folder, { mode }))));
  };
  const WELL = ['UNANCHORED'];
  const at2 = (why: string): readonly string[] => ['TAMPERED', `${LOG} 2 ${why}`];

  const cases: readonly (readonly [string, string, (line: string) => string])[] = [
    [
      'fault 1: duplicate keys',
      'not_canonical',
      (line) => line.replace('"reason":', '"reason":"y","reason":'),
    ],
    [
      'fault 2: a number in another form',
      'not_canonical',
      (line) => line.replace('"reason":', '"n":1E3,"reason":'),
    ],
    [
      'fault 2: a number beyond 2^53',
      'not_canonical',
      (line) => line.replace('"reason":', '"n":9007199254740993,"reason":'),
    ],
    ['fault 3: half of a surrogate pair', 'not_canonical', (line) => line.replace('T-1 0', '\\ud83d')],
    ['fault 6: spaces', 'not_canonical', (line) => line.replace('"data":{', '"data": {')],
    [
      'fault 6: unsorted keys',
      'not_canonical',
      (line) => line.replace('"reason":"T-1 0","step_id":"S1"', '"step_id":"S1","reason":"T-1 0"'),
    ],
    [
      'fault 8: a nested hash',
      'not_canonical',
      (line) => line.replace('"reason":', '"event_hash":"x","reason":'),
    ],
    [
      'fault 9: deep nesting',
      'not_canonical',
      (line) => line.replace('"reason":', `"deep":${'['.repeat(20_000)}${']'.repeat(20_000)},"reason":`),
    ],
    ['data against its schema', 'schema_violated', (line) => line.replace('"reason":"T-1 0"', '"reason":1')],
    [
      'a project event in a task log',
      'wrong_log',
      (line) => line.replace('"type":"step.reset"', '"type":"daemon.stopped"'),
    ],
  ];
  for (const [name, why, change] of cases) {
    it(`${name}: ${why} when strict`, async () => {
      assert.deepEqual(await forge(change), [WELL, at2(why)]);
    });
  }

  it('fault 7: keeps awkward names', async () => {
    const change = (line: string): string =>
      line
        .replace('"type":"step.reset"', '"type":"step.other"')
        .replace('"data":{', '"data":{"__proto__":{"x":1},"constructor":1,')
        .replace('"step_id":"S1"}', '"step_id":"S1","toJSON":2}');
    assert.deepEqual(await forge(change), [WELL, WELL]);
  });

  it('fault 13: fails on an unknown version', async () => {
    assert.deepEqual(await forge((line) => line.replace('"v":1}', '"v":2}')), [
      at2('unknown_version'),
      at2('unknown_version'),
    ]);
  });

  it('fault 13: warns of an unknown type', async () => {
    const folder = await makeProject(freshRoot(), {});
    const source = await makeProject(freshRoot(), { 'T-1': 3 });
    mkdirSync(dirname(taskLog(folder, 'T-1')), { recursive: true });
    writeFileSync(
      taskLog(folder, 'T-1'),
      rehash(linesOf(taskLog(source, 'T-1')).map((line) => line.replace('"step.reset"', '"step.danced"'))),
    );
    const { faults, warnings } = await verifyProject(folder);
    assert.deepEqual(faults, []);
    assert.deepEqual(warnings, [
      { type: 'unanchored', log: LOG, events: 3 },
      { type: 'unknown_event', log: LOG, seq: 2, event_type: 'step.danced' },
      { type: 'unknown_event', log: LOG, seq: 3, event_type: 'step.danced' },
    ]);
  });

  it('fault 4: tells bytes that are not UTF-8', async () => {
    const folder = await makeProject(freshRoot(), {});
    const source = await makeProject(freshRoot(), { 'T-1': 1 });
    mkdirSync(dirname(taskLog(folder, 'T-1')), { recursive: true });
    const [line] = linesOf(taskLog(source, 'T-1'));
    // Hashed as bytes, as a forger would.
    const [head = '', tail = ''] = line!.split(/"event_hash":"[0-9a-f]{64}",/);
    const bad = Buffer.from(head.replace('Title', '\u00ff\u00feitle'), 'latin1');
    const hash = sha256Hex(Buffer.concat([bad, Buffer.from(tail)]));
    writeFileSync(
      taskLog(folder, 'T-1'),
      Buffer.concat([bad, Buffer.from(`"event_hash":"${hash}",${tail}\n`)]),
    );
    assert.deepEqual(brief(await verifyProject(folder, { mode: 'strict' })), [
      'TAMPERED',
      `${LOG} 1 not_utf8`,
    ]);
    assert.deepEqual(brief(await verifyProject(folder, { mode: 'fast' })), WELL);
  });

  it('takes text beyond ASCII as it is', async () => {
    const root = freshRoot();
    await withLedger(
      root,
      (project) => project.appendTask('T-1', PERSON, 'queued', [opened('Ünïcode 😀'), note('é')]).durable,
    );
    for (const mode of MODES)
      assert.equal((await verifyProject(join(root, 'p'), { mode })).verdict, 'UNANCHORED');
  });
});

describe('verifying the files beside the logs', () => {
  const FILES: Readonly<Record<string, string>> = {
    'packs/a.json': '{"pack":1}',
    'packs/rework.json': '{"rework":1}',
    'artifacts/R0/S0/patch.diff': 'diff',
    'artifacts/R0/S0/step_result.json': '{}',
    'artifacts/R0/S0/stdout.txt': 'out',
  };
  const artifact = (path: string, content: string): Artifact => ({
    path,
    sha256: sha256Hex(content),
    bytes: Buffer.byteLength(content),
  });
  const reviewPath = 'artifacts/R0/S0/review.json';
  const review = JSON.stringify({ artifacts: [artifact('artifacts/R0/S0/stdout.txt', 'out')] });

  const makeWithFiles = async (): Promise<string> => {
    const root = freshRoot();
    await withLedger(root, async (project) => {
      const folder = join(project.folder, 'tasks/T-1');
      for (const [path, content] of Object.entries({ ...FILES, [reviewPath]: review })) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
      await project.appendTask('T-1', PERSON, 'queued', [opened(), ...fileEvents()]).durable;
    });
    return join(root, 'p');
  };
  const fileEvents = (): readonly EventDraft[] =>
    [
      {
        type: 'pack.accepted',
        data: { pack_sha256: sha256Hex('{"pack":1}'), bytes: 10, file: 'packs/a.json' },
      },
      {
        type: 'rework.requested',
        data: { rework_sha256: sha256Hex('{"rework":1}'), bytes: 12, file: 'packs/rework.json' },
      },
      {
        type: 'attempt.recorded',
        data: {
          review: artifact(reviewPath, review),
          step_result: artifact('artifacts/R0/S0/step_result.json', '{}'),
          patch: artifact('artifacts/R0/S0/patch.diff', 'diff'),
        },
      },
    ] as unknown as readonly EventDraft[];

  it('compares every pack, artifact and listed file', async () => {
    const report = await verifyProject(await makeWithFiles(), { mode: 'fast' });
    assert.deepEqual(report.faults, []);
    assert.equal(report.files, 6);
  });

  for (const path of Object.keys({ ...FILES, [reviewPath]: '' })) {
    it(`notices that ${path} is missing, changed, cut or replaced by a link`, async () => {
      const folder = await makeWithFiles();
      const file = join(folder, 'tasks/T-1', path);
      const content = readFileSync(file);
      const found = async (): Promise<readonly string[]> =>
        brief(await verifyProject(folder, { mode: 'fast' }));
      unlinkSync(file);
      assert.deepEqual(await found(), ['TAMPERED', `tasks/T-1/${path} missing`]);
      writeFileSync(file, Buffer.alloc(content.length, 'x'));
      assert.deepEqual(await found(), ['TAMPERED', `tasks/T-1/${path} file_changed`]);
      writeFileSync(file, content.subarray(1));
      assert.deepEqual(await found(), ['TAMPERED', `tasks/T-1/${path} file_changed`]);
      unlinkSync(file);
      writeFileSync(join(folder, 'elsewhere'), content);
      symlinkSync(join(folder, 'elsewhere'), file);
      assert.deepEqual(await found(), ['TAMPERED', `tasks/T-1/${path} not_plain`]);
    });
  }

  it('follows no link in the path of a file', async () => {
    const folder = await makeWithFiles();
    renameSync(join(folder, 'tasks/T-1/packs'), join(folder, 'packs'));
    symlinkSync(join(folder, 'packs'), join(folder, 'tasks/T-1/packs'));
    const { faults } = await verifyProject(folder, { mode: 'fast' });
    assert.deepEqual(
      faults.map(({ type }) => type),
      ['not_plain', 'not_plain'],
    );
  });

  it('looks at no file outside the task folder', async () => {
    const root = freshRoot();
    const claims = ['../../x', '/etc/hostname', 'a//b', './a', 'a\u0000b'].map((file) => ({
      pack_sha256: 'a'.repeat(64),
      bytes: 1,
      file,
    }));
    await withLedger(
      root,
      (project) =>
        project.appendTask('T-1', PERSON, 'queued', [
          opened(),
          ...claims.map((data) => ({ type: 'pack.accepted', data }) as unknown as EventDraft),
        ]).durable,
    );
    const { faults } = await verifyProject(join(root, 'p'), { mode: 'fast' });
    assert.equal(faults.length, claims.length);
    assert.ok(faults.every((fault) => fault.type === 'file_changed' && /leads out/.test(fault.detail)));
  });
});

describe('verifying a large project', () => {
  it('fault 11: splits it over threads and finds the same', async () => {
    const root = freshRoot();
    await withLedger(root, async (project) => {
      await project.appendTask('T-1', PERSON, 'queued', [opened()]).durable;
      for (let round = 0; round < 30; round += 1) {
        const notes = Array.from({ length: 20 }, (_, n) => note(`${round} ${n} ${'x'.repeat(60_000)}`));
        await project.appendTask('T-1', PERSON, 'queued', notes).durable;
      }
    });
    const folder = join(root, 'p');
    const loader = `import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))}; register();`;
    const execArgv = ['--import', `data:text/javascript,${loader}`];
    const verify = async (threads: number): Promise<VerifyReport> =>
      verifyProject(folder, { threads, execArgv });
    const alone = await verify(1);
    assert.equal(alone.verdict, 'UNANCHORED');
    assert.equal(alone.events > 600, true);
    assert.deepEqual(await verify(2), alone);

    // However the log is cut into files: the first large one is verified in several pieces.
    const files = readdirSync(join(folder, 'tasks/T-1')).filter((name) => name.startsWith('events.'));
    const paths = files.sort().map((name) => join(folder, 'tasks/T-1', name));
    const large = paths.findIndex((path) => statSync(path).size > 12 * 1024 * 1024);
    const log = paths[large] ?? '';
    chmodSync(log, 0o644);
    const linesBefore = paths.slice(0, large).flatMap(linesOf).length;
    const pristine = readFileSync(log);
    const around = 8 * 1024 * 1024;
    for (const at of [
      100,
      around - 40_000,
      around + 1,
      pristine.indexOf('\n', around),
      pristine.indexOf('\n', around) + 1,
      pristine.length - 200,
    ]) {
      edit(log, (bytes) => bytes.fill(bytes[at]! ^ 1, at, at + 1));
      const found = await verify(2);
      assert.equal(found.verdict, 'TAMPERED');
      assert.deepEqual(found.faults, (await verify(1)).faults);
      const fault = found.faults.find(({ type }) => type === 'tampered');
      const expected = linesBefore + pristine.subarray(0, at).toString('latin1').split('\n').length;
      assert.ok(fault?.type === 'tampered');
      assert.equal(fault.seq, expected);
      writeFileSync(log, pristine);
    }
    // A whole line gone at the border of two pieces.
    const start = pristine.indexOf('\n', around) + 1;
    const end = pristine.indexOf('\n', start) + 1;
    writeFileSync(log, Buffer.concat([pristine.subarray(0, start), pristine.subarray(end)]));
    const gap = (await verify(2)).faults.find(({ type }) => type === 'tampered');
    assert.ok(gap?.type === 'tampered' && gap.why === 'seq_gap');
  });
});
