import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { verifyProject, type VerifyOptions } from '../../../daemon/ledger/verify-project.ts';
import type { VerifyReport } from '../../../daemon/ledger/verify-report.ts';
import { createMerkleTree, leafHash } from '../../../protocol/merkle-tree.ts';
import { originOf, parseSignedCheckpoint, type Checkpoint } from '../../../protocol/checkpoint.ts';
import type { SignedNote } from '../../../protocol/signed-note.ts';
import { keyRotationMessage, signingKeyId } from '../../../protocol/signing-keys.ts';
import { toBase64 } from '../../../protocol/base64.ts';
import { createTestKey, type TestKey } from '../../helpers/checkpoints.ts';
import {
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
import {
  addKey,
  addNote,
  anchorOf,
  makeSignedLedger,
  rewriteLedger,
  type SignedLedger,
} from '../../helpers/signed-ledger.ts';

const scratch = scratchFolder();
let count = 0;
const freshRoot = (): string => join(scratch, `root-${(count += 1)}`);

/** The answer in short: verdict, place, and the type of each fault. */
async function ask({ folder }: Pick<SignedLedger, 'folder'>, options: VerifyOptions = {}): Promise<string> {
  return brief(await verifyProject(folder, options));
}

function brief({ verdict, at, faults }: VerifyReport): string {
  const place = at === null ? '' : ` at ${at.log} ${at.seq}`;
  return `${verdict}${place}${faults.map(({ type }) => ` ${type}`).join('')}`;
}

/** The checkpoint that somebody could make of a project log as it is. */
function computeCheckpoint(folder: string): Checkpoint {
  const lines = linesOf(join(folder, 'events.jsonl'));
  const tree = createMerkleTree();
  for (const line of lines) tree.append(leafHash(line));
  const { log_id } = JSON.parse(lines[0] ?? '') as { log_id: string };
  return { origin: originOf(log_id), size: tree.size, root: toBase64(tree.root()) };
}

function sign(folder: string, key: TestKey): void {
  writeFileSync(join(folder, 'checkpoint'), key.signNote(computeCheckpoint(folder)));
}

/** Writes lines back into a log. */
function put(path: string, lines: readonly (string | undefined)[]): void {
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
}

describe('a signed project that nobody touched', () => {
  it('is anchored when the newest anchor covers all of it', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const anchor = anchorOf(ledger.checkpoint());
    const report = await verifyProject(ledger.folder, { anchors: [anchor], trustedKeys: [ledger.keyId] });
    const { size, root } = ledger.checkpoint();
    const told = { kind: anchor.kind, by: anchor.by, time: anchor.time, size };
    assert.equal(brief(report), 'ANCHORED');
    assert.equal(report.unanchored, 0);
    assert.deepEqual(report.anchored, told);
    assert.deepEqual(report.anchors, [{ ...told, result: 'consistent' }]);
    assert.deepEqual(report.checkpoint, { size, root, key_id: ledger.keyId });
    assert.deepEqual(
      report.keys.map(({ key_id, trust }) => ({ key_id, trust })),
      [{ key_id: ledger.keyId, trust: 'first' }],
    );
  });

  it('counts what no anchor covers: project lines, and task events whose head is among them', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const older = ledger.checkpoint();
    assert.equal((await verifyProject(ledger.folder)).unanchored, older.size + 8);
    const newer = await ledger.grow(async (project) => {
      await addNote(project, 'a');
      await addNote(project, 'b');
    });
    const { verdict, unanchored, anchored } = await verifyProject(ledger.folder, {
      anchors: [
        anchorOf(older, 'note'),
        anchorOf({ ...older, size: 0, root: toBase64(createMerkleTree().root()) }),
      ],
    });
    assert.deepEqual(
      { verdict, unanchored },
      { verdict: 'UNANCHORED', unanchored: newer.size - older.size + 2 },
    );
    assert.equal(anchored?.size, older.size);
  });

  it('takes the key after a rotation, and a lost key that was replaced for a warning', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const first = anchorOf(ledger.checkpoint());
    const [second, third] = [createTestKey(), createTestKey()];
    const rotate = async (from: TestKey, to: TestKey): Promise<void> => {
      const [previous_key_id, key_id] = [signingKeyId(from.publicKey), signingKeyId(to.publicKey)];
      await withLedger(ledger.root, async (project) => {
        const logId = project.checkpoint().origin.slice('reeve/'.length);
        const signature = toBase64(from.sign(keyRotationMessage(logId, previous_key_id, key_id)));
        const data = { previous_key_id, key_id, public_key: to.publicKey, signature };
        await project.appendProject(PERSON, [{ type: 'key.rotated', data }]).durable;
      });
      sign(ledger.folder, to);
    };
    await rotate(ledger.key, second);
    const anchored = { anchors: [first], trustedKeys: [ledger.keyId, signingKeyId(second.publicKey)] };
    assert.equal(await ask(ledger, anchored), 'UNANCHORED');
    await withLedger(ledger.root, (project) => addKey(project, third));
    sign(ledger.folder, third);
    const report = await verifyProject(ledger.folder, { trustedKeys: [signingKeyId(third.publicKey)] });
    assert.equal(brief(report), 'UNANCHORED');
    assert.deepEqual(
      report.warnings.map(({ type }) => type),
      ['key_replaced'],
    );
    assert.equal(await ask(ledger, { trustedKeys: [ledger.keyId] }), 'TAMPERED key_untrusted');
    // Claimed by somebody who has the new key only.
    await rotate(createTestKey(), second);
    assert.match(await ask(ledger), /^TAMPERED at events\.jsonl \d+ key_invalid$/);
  });

  it('tells an anchor of another log, and does not count it', async () => {
    const [ledger, other] = [await makeSignedLedger(freshRoot()), await makeSignedLedger(freshRoot())];
    const { verdict, anchored, anchors } = await verifyProject(ledger.folder, {
      anchors: [anchorOf(other.checkpoint(), 'note')],
    });
    assert.deepEqual({ verdict, anchored }, { verdict: 'UNANCHORED', anchored: null });
    assert.equal(anchors[0]?.result, 'other_log');
  });

  it('tells of a reset that a person accepted', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const data = { seen_size: 99, seen_root: ledger.checkpoint().root, reason: 'restored' };
    await ledger.grow((project) => project.appendProject(PERSON, [{ type: 'anchor.reset', data }]).durable);
    const { warnings } = await verifyProject(ledger.folder);
    assert.deepEqual(warnings, [
      { type: 'anchor_reset', log: 'events.jsonl', seq: ledger.checkpoint().size, seen_size: 99 },
    ]);
  });
});

describe('fault 15: any single byte flipped', () => {
  it('fault 15: names the line of the project log, in both modes', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const log = join(ledger.folder, 'events.jsonl');
    const anchors = [anchorOf(ledger.checkpoint())];
    const pristine = readFileSync(log);
    for (let at = 0; at < pristine.length - 1; at += 37) {
      edit(log, (bytes) => bytes.fill(bytes[at]! ^ 1, at, at + 1));
      const seq = pristine.subarray(0, at).toString('latin1').split('\n').length;
      for (const mode of ['fast', 'strict'] as const) {
        const report = await verifyProject(ledger.folder, { anchors, mode });
        assert.equal(report.verdict, 'TAMPERED', `byte ${at}`);
        assert.deepEqual(report.at, { log: 'events.jsonl', seq }, `byte ${at}`);
      }
      writeFileSync(log, pristine);
    }
  });

  it('fault 15: finds each byte of the checkpoint', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const file = join(ledger.folder, 'checkpoint');
    const pristine = readFileSync(file);
    for (let at = 0; at < pristine.length; at += 1) {
      for (const bit of [1, 8]) {
        edit(file, (bytes) => bytes.fill(bytes[at]! ^ bit, at, at + 1));
        assert.equal(await ask(ledger), 'TAMPERED checkpoint_invalid', `byte ${at}`);
        writeFileSync(file, pristine);
      }
    }
  });

  it('fault 15: finds a changed or missing policy and proof, at the line that names it', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const files = { 'policy/a.json': '{}', 'anchors/3.checkpoint': 'c', 'anchors/3.tsr': 't' };
    const [policy, checkpoint, proof] = Object.entries(files).map(([path, content]) => {
      mkdirSync(join(ledger.folder, path, '..'), { recursive: true });
      writeFileSync(join(ledger.folder, path), content);
      const sha256 = execFileSync('sha256sum', [join(ledger.folder, path)], { encoding: 'utf8' }).slice(
        0,
        64,
      );
      return { path, sha256, bytes: content.length };
    });
    assert.ok(policy !== undefined && checkpoint !== undefined && proof !== undefined);
    const found = { pid: 1, open_tasks: 0, interrupted_attempts: 0, recovered_logs: 0 };
    const root = toBase64(randomBytes(32));
    const { size } = await ledger.grow(async (project) => {
      await project.appendProject(PERSON, [
        { type: 'daemon.started', data: { reeve_version: '0', ...found, policy } },
        { type: 'checkpoint.anchored', data: { kind: 'rfc3161', size: 3, root, checkpoint, proof } },
      ]).durable;
    });
    const report = await verifyProject(ledger.folder);
    assert.equal(report.files, 3);
    assert.equal(brief(report), 'UNANCHORED');
    for (const [path, content] of Object.entries(files)) {
      const seq = path.startsWith('policy') ? size - 1 : size;
      writeFileSync(join(ledger.folder, path), 'x'.repeat(content.length));
      assert.equal(await ask(ledger), `TAMPERED at events.jsonl ${seq} file_changed`);
      unlinkSync(join(ledger.folder, path));
      assert.equal(await ask(ledger), `TAMPERED at events.jsonl ${seq} missing`);
      writeFileSync(join(ledger.folder, path), content);
    }
  });
});

describe('faults 16 to 21: lines, logs and folders', () => {
  it('fault 16: names the place of a line deleted, moved or inserted in the project log', async () => {
    const changes: readonly ((lines: readonly string[]) => readonly (string | undefined)[])[] = [
      (lines) => lines.filter((_, index) => index !== 2),
      ([a, b, c, d, ...rest]) => [a, b, d, c, ...rest],
      ([a, b, ...rest]) => [a, b, b, ...rest],
    ];
    for (const change of changes) {
      const ledger = await makeSignedLedger(freshRoot());
      const log = join(ledger.folder, 'events.jsonl');
      put(log, change(linesOf(log)));
      assert.match(await ask(ledger), /^TAMPERED at events\.jsonl 3 tampered/);
    }
  });

  it('fault 17: tells a project log cut below its checkpoint, and a task log cut below its head', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const log = join(ledger.folder, 'events.jsonl');
    const lines = linesOf(log);
    put(taskLog(ledger.folder, 'T-1'), linesOf(taskLog(ledger.folder, 'T-1')).slice(0, 4));
    assert.equal(await ask(ledger), 'TRUNCATED at tasks/T-1/events.jsonl 4 truncated');
    for (let kept = lines.length - 1; kept > 2; kept -= 1) {
      put(log, lines.slice(0, kept));
      assert.equal((await verifyProject(ledger.folder)).verdict, 'TRUNCATED', `${kept} lines kept`);
    }
    // Cut before the line that tells of the key.
    put(log, lines.slice(0, 1));
    assert.equal((await verifyProject(ledger.folder)).verdict, 'TRUNCATED');
    put(log, []);
    assert.equal((await verifyProject(ledger.folder)).verdict, 'TRUNCATED');
    unlinkSync(log);
    assert.equal(await ask(ledger), 'TRUNCATED log_missing');
  });

  it('fault 17: tells the key that took over in lines that were cut from a forgery', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const cut = linesOf(join(ledger.folder, 'events.jsonl'));
    const other = createTestKey();
    await withLedger(ledger.root, (project) => addKey(project, other));
    sign(ledger.folder, other);
    put(join(ledger.folder, 'events.jsonl'), cut);
    assert.equal(await ask(ledger), 'TRUNCATED checkpoint_ahead');
  });

  it('fault 18: sees a cut above the checkpoint only by an anchor', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const log = join(ledger.folder, 'events.jsonl');
    const [lines, task] = [linesOf(log), linesOf(taskLog(ledger.folder, 'T-1'))];
    const checkpoint = readFileSync(join(ledger.folder, 'checkpoint'));
    const newest = await ledger.grow((project) => addNote(project, 'gone'));
    put(log, lines);
    writeFileSync(join(ledger.folder, 'checkpoint'), checkpoint);
    const { verdict, warnings } = await verifyProject(ledger.folder);
    assert.equal(verdict, 'UNANCHORED');
    assert.deepEqual(warnings, [{ type: 'unanchored', log: 'tasks/T-1/events.jsonl', events: 1 }]);
    put(taskLog(ledger.folder, 'T-1'), task);
    assert.equal(await ask(ledger), 'UNANCHORED');
    assert.equal(await ask(ledger, { anchors: [anchorOf(newest)] }), 'ROLLED_BACK rolled_back');
  });

  it('fault 19: tells a task hashed anew, even when its heads were made to fit', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const log = taskLog(ledger.folder, 'T-1');
    put(
      log,
      rehash(linesOf(log).map((line) => line.replace('T-1 0', 'T-1 x')))
        .split('\n')
        .slice(0, -1),
    );
    assert.equal(await ask(ledger), 'TAMPERED at tasks/T-1/events.jsonl 5 tampered');
    const fitted = await makeSignedLedger(freshRoot());
    rewriteLedger(fitted.folder, (line) => line);
    assert.equal(await ask(fitted), 'TAMPERED at events.jsonl 1 not_vouched');
  });

  it('fault 20: tells a task folder that was deleted, even when the project log was made to forget it', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const log = join(ledger.folder, 'events.jsonl');
    rmSync(join(ledger.folder, 'tasks/T-2'), { recursive: true });
    assert.equal(await ask(ledger), 'TRUNCATED log_missing');
    put(
      log,
      linesOf(log).filter((line) => !line.includes('T-2')),
    );
    assert.equal(await ask(ledger), 'TRUNCATED checkpoint_ahead');
  });

  it('fault 21: tells two task logs that were swapped', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const [one, two] = [taskLog(ledger.folder, 'T-1'), taskLog(ledger.folder, 'T-2')];
    renameSync(one, `${one}.kept`);
    renameSync(two, one);
    renameSync(`${one}.kept`, two);
    assert.equal(await ask(ledger), 'TAMPERED at tasks/T-1/events.jsonl 1 tampered tampered');
  });
});

describe('fault 22: everything rewritten without the key', () => {
  const rewritten = async (change: (line: string) => string = (line) => line) => {
    const ledger = await makeSignedLedger(freshRoot());
    const anchor = anchorOf(ledger.checkpoint());
    rewriteLedger(ledger.folder, change);
    return { ledger, anchor };
  };

  it('fault 22: with the old checkpoint left in place', async () => {
    const { ledger, anchor } = await rewritten();
    assert.equal(await ask(ledger), 'TAMPERED at events.jsonl 1 not_vouched');
    assert.equal(
      await ask(ledger, { anchors: [anchor] }),
      'TAMPERED at events.jsonl 1 not_vouched not_vouched',
    );
  });

  it('fault 22: with the checkpoint taken away', async () => {
    const { ledger, anchor } = await rewritten();
    unlinkSync(join(ledger.folder, 'checkpoint'));
    assert.equal(await ask(ledger), 'CANNOT_VERIFY checkpoint_missing');
    assert.match(await ask(ledger, { anchors: [anchor] }), /^TAMPERED at events\.jsonl 1 /);
  });

  it('fault 22: with a checkpoint signed by the attacker’s own key', async () => {
    const { ledger } = await rewritten();
    sign(ledger.folder, createTestKey());
    assert.equal(await ask(ledger), 'TAMPERED checkpoint_invalid');
  });

  it('fault 22: with the attacker’s own key in the log: seen by an anchor or by a trusted key', async () => {
    const attacker = createTestKey();
    const ledger = await makeSignedLedger(freshRoot());
    const anchor = anchorOf(ledger.checkpoint());
    rewriteLedger(ledger.folder, (line) =>
      line
        .replaceAll(ledger.keyId, signingKeyId(attacker.publicKey))
        .replaceAll(ledger.key.publicKey, attacker.publicKey),
    );
    sign(ledger.folder, attacker);
    // The tree alone is whole: this is what anchors are for.
    assert.equal(await ask(ledger), 'UNANCHORED');
    assert.equal(await ask(ledger, { anchors: [anchor] }), 'TAMPERED at events.jsonl 1 not_vouched');
    assert.equal(await ask(ledger, { trustedKeys: [ledger.keyId] }), 'TAMPERED key_untrusted');
    // That the log names the trusted key as well proves nothing.
    await withLedger(ledger.root, (project) => addKey(project, ledger.key));
    await withLedger(ledger.root, (project) => addKey(project, attacker));
    sign(ledger.folder, attacker);
    assert.equal(await ask(ledger, { trustedKeys: [ledger.keyId] }), 'TAMPERED key_untrusted');
  });

  it('fault 22: as a new log without a key: what was seen in this folder and a trusted key speak against it', async () => {
    const ledger = await makeSignedLedger(freshRoot(), { 'T-1': 5 });
    const anchor = anchorOf(ledger.checkpoint());
    const fresh = freshRoot();
    await withLedger(fresh, (project) => project.appendTask('T-1', PERSON, 'queued', [opened()]).durable);
    rmSync(ledger.folder, { recursive: true });
    cpSync(join(fresh, 'p'), ledger.folder, { recursive: true });
    assert.equal(await ask(ledger, { anchors: [anchor] }), 'TAMPERED at events.jsonl 1 not_vouched');
    const elsewhere = { ...anchor, kind: 'note' } as const;
    const { verdict, anchors } = await verifyProject(ledger.folder, { anchors: [elsewhere] });
    assert.deepEqual({ verdict, result: anchors[0]?.result }, { verdict: 'UNANCHORED', result: 'other_log' });
    assert.equal(await ask(ledger, { trustedKeys: [ledger.keyId] }), 'CANNOT_VERIFY key_unproven');
  });

  it('fault 22: with only the part rewritten that an older anchor does not cover', async () => {
    const ledger = await makeSignedLedger(freshRoot(), { 'T-2': 3 });
    const older = ledger.checkpoint();
    const newer = await ledger.grow(
      (project) => project.appendTask('T-1', PERSON, 'queued', [opened(), note('T-1 0')]).durable,
    );
    rewriteLedger(ledger.folder, (line) => line);
    const anchors = [anchorOf(older), anchorOf(newer, 'note', false)];
    assert.equal(
      await ask(ledger, { anchors }),
      `TAMPERED at events.jsonl ${older.size + 1} not_vouched not_vouched`,
    );
  });
});

describe('fault 23: checkpoint or key stripped or replaced', () => {
  it('fault 23: a checkpoint that is gone', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const anchors = [anchorOf(ledger.checkpoint())];
    unlinkSync(join(ledger.folder, 'checkpoint'));
    assert.equal(await ask(ledger, { anchors }), 'CANNOT_VERIFY checkpoint_missing');
    assert.equal(
      await ask(ledger, { trustedKeys: [ledger.keyId] }),
      'CANNOT_VERIFY checkpoint_missing key_unproven',
    );
  });

  it('fault 23: something else in its place', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const other = await makeSignedLedger(freshRoot(), undefined, ledger.key);
    const file = join(ledger.folder, 'checkpoint');
    const pristine = readFileSync(file, 'utf8');
    const forged = createTestKey().signNote(computeCheckpoint(ledger.folder));
    const tooLong = pristine + pristine.slice(pristine.indexOf('— ')).repeat(200);
    for (const content of [
      '',
      'x',
      tooLong,
      forged,
      readFileSync(join(other.folder, 'checkpoint'), 'utf8'),
    ]) {
      writeFileSync(file, content);
      assert.equal(await ask(ledger), 'TAMPERED checkpoint_invalid');
    }
    const places: readonly (() => void)[] = [
      () => symlinkSync(join(other.folder, 'checkpoint'), file),
      () => mkdirSync(file),
      () => void execFileSync('mkfifo', [file]),
    ];
    for (const lay of process.platform === 'win32' ? [] : places) {
      rmSync(file, { recursive: true });
      lay();
      assert.equal(await ask(ledger), 'TAMPERED checkpoint_invalid');
    }
  });

  it('fault 23: an older checkpoint of this log says less, and nothing false', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const older = readFileSync(join(ledger.folder, 'checkpoint'));
    const newest = await ledger.grow((project) => addNote(project, 'new'));
    writeFileSync(join(ledger.folder, 'checkpoint'), older);
    assert.equal(await ask(ledger, { anchors: [anchorOf(newest)] }), 'ANCHORED');
  });

  it('fault 23: the key taken out of the log', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const log = join(ledger.folder, 'events.jsonl');
    put(
      log,
      linesOf(log).filter((line) => !line.includes('key.added')),
    );
    assert.match(await ask(ledger), /^TAMPERED at events\.jsonl 2 tampered/);
  });

  it('fault 23: a checkpoint where the log tells of no key', async () => {
    const root = freshRoot();
    await withLedger(root, (project) => project.appendTask('T-1', PERSON, 'queued', [opened()]).durable);
    const folder = join(root, 'p');
    assert.equal(await ask({ folder }), 'UNANCHORED');
    sign(folder, createTestKey());
    assert.equal(await ask({ folder }), 'TAMPERED checkpoint_invalid');
  });
});

describe('faults 24 to 26: copies and clocks', () => {
  it('fault 24: an older backup is whole in itself, and every anchor made since tells', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const backup = join(scratch, `backup-${(count += 1)}`);
    cpSync(ledger.folder, backup, { recursive: true });
    const newest = await ledger.grow((project) => addNote(project, 'since the backup'));
    rmSync(ledger.folder, { recursive: true });
    cpSync(backup, ledger.folder, { recursive: true });
    assert.equal(await ask(ledger, { trustedKeys: [ledger.keyId] }), 'UNANCHORED');
    for (const kind of ['user_state', 'git_note', 'note', 'rfc3161', 'ssh_signature'] as const) {
      const report = await verifyProject(ledger.folder, { anchors: [anchorOf(newest, kind)] });
      assert.equal(brief(report), 'ROLLED_BACK rolled_back');
      assert.equal(report.anchors[0]?.result, 'ahead');
    }
    // The newer checkpoint kept beside the older log.
    writeFileSync(join(ledger.folder, 'checkpoint'), ledger.key.signNote(newest));
    assert.equal(
      await ask(ledger, { anchors: [anchorOf(newest)] }),
      'TRUNCATED checkpoint_ahead rolled_back',
    );
  });

  it('fault 25: two checkpoints of one size, both signed by the key, are a fork', async () => {
    const ledger = await makeSignedLedger(freshRoot());
    const common = ledger.checkpoint();
    const copy = join(scratch, `copy-${(count += 1)}`);
    cpSync(ledger.root, copy, { recursive: true });
    const here = await ledger.grow((project) => addNote(project, 'here'));
    await withLedger(copy, (project) => addNote(project, 'there'));
    sign(join(copy, 'p'), ledger.key);
    const there = computeCheckpoint(join(copy, 'p'));
    assert.equal(there.size, here.size);
    const signed = { ...here, ...there, note: { ...here.note } };
    const noteOf = (key: TestKey) => anchorOf({ ...signed, ...parse(key.signNote(there)) }, 'note');
    assert.equal(await ask(ledger, { anchors: [noteOf(ledger.key)] }), 'FORKED forked');
    const seen = { ...anchorOf(signed), checkpoint: there };
    assert.equal(await ask(ledger, { anchors: [seen], trustedKeys: [ledger.keyId] }), 'FORKED forked');
    // Without a signature by that key it is a claim against the log, from the last line vouched for on.
    const first = anchorOf(common);
    const at = `TAMPERED at events.jsonl ${common.size + 1} not_vouched`;
    for (const anchor of [{ ...noteOf(ledger.key), note: null }, noteOf(createTestKey()), seen]) {
      assert.equal(await ask(ledger, { anchors: [first, anchor] }), at);
    }
  });

  it('fault 26: a clock set back a year is told, and changes neither order nor verdict', async () => {
    const root = freshRoot();
    const ledger = await makeSignedLedger(root);
    const year = 365 * 86_400_000;
    const reopened = await openTestLedger(root, () => Date.now() - year);
    await addNote(await reopened.project('p'), 'a year ago');
    await reopened.close();
    sign(ledger.folder, ledger.key);
    const checkpoint = { ...ledger.checkpoint(), ...computeCheckpoint(ledger.folder) };
    const { verdict, warnings } = await verifyProject(ledger.folder, { anchors: [anchorOf(checkpoint)] });
    assert.equal(verdict, 'ANCHORED');
    assert.deepEqual(
      warnings.map((warning) => `${warning.type} ${'seq' in warning ? warning.seq : ''}`),
      [`clock_went_back ${checkpoint.size}`, 'clock_went_back 6'],
    );
  });
});

function parse(note: string): { readonly note: SignedNote } {
  const signed = parseSignedCheckpoint(note);
  assert.ok(signed !== null);
  return { note: signed.note };
}
