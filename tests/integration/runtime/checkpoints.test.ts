import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectAnchors } from '../../../daemon/anchors/collect-anchors.ts';
import { readSeen } from '../../../daemon/anchors/seen-checkpoint.ts';
import { verifyProject } from '../../../daemon/ledger/verify-project.ts';
import { resetAnchor } from '../../../daemon/runtime/reset-anchor.ts';
import { rotateKey } from '../../../daemon/signing/create-key.ts';
import { openKeyRing } from '../../../daemon/signing/open-key-ring.ts';
import { signCheckpoint } from '../../../daemon/signing/sign-checkpoint.ts';
import { canonicalJson } from '../../../protocol/canonical-json.ts';
import { logIdOf } from '../../../protocol/checkpoint.ts';
import { sha256Hex } from '../../../protocol/digest.ts';
import {
  eventually,
  createProject,
  GREET,
  openDaemon,
  packOf,
  runToEnd,
} from '../../helpers/daemon-fixture.ts';
import { spawnDaemon } from '../../helpers/daemon-process.ts';
import { linesOf, PERSON, rehash } from '../../helpers/ledger-fixture.ts';
import {
  checkpointAgainst,
  checkpointOf,
  createSignedProject,
  type SignedProject,
} from '../../helpers/signed-project.ts';

function seenOf({ place, folder, log }: SignedProject) {
  const first = JSON.parse(linesOf(log)[0] ?? '{}') as { readonly log_id: string };
  return readSeen(place.userState, first.log_id, folder);
}

/** Every file under a folder with its content: what a refusal must leave as it was. */
function snapshot(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [file, readFileSync(file, 'latin1')] as const;
    }),
  );
}

function reset(project: SignedProject, reason = 'restored the backup of Monday') {
  const { config } = project;
  const clock = { now: () => Date.now() };
  return resetAnchor({ config, clock, version: '0.0.0-test', projectId: 'default', reason, actor: PERSON });
}

/** One pack, done by a daemon that ends when nothing is owed any more. */
async function acceptedOnce(project: SignedProject, task = 'T-1'): Promise<void> {
  await project.drop(packOf({ task_id: task }), { name: `${task}.json` });
  await runToEnd(project);
}

async function typesOf(project: SignedProject): Promise<readonly string[]> {
  return (await project.projectEvents()).map(({ type }) => type);
}

describe('a daemon with a key', () => {
  it('leaves a signed checkpoint at the very end of the log, seen by the user and noted on the commit', async (t) => {
    const project = await createSignedProject(t);
    await project.drop(packOf());
    await runToEnd(project);
    const { checkpoint, isConsistent, isSigned, scan } = checkpointOf(project);
    assert.ok(isConsistent && isSigned);
    assert.equal(checkpoint.size, linesOf(project.log).length);
    assert.equal((await typesOf(project)).at(-1), 'daemon.stopped');
    assert.deepEqual(
      scan.keys.map(({ trust, key_id }) => [trust, key_id]),
      [['first', openKeyRing(project.place)?.current.key_id]],
    );
    const seen = seenOf(project);
    assert.deepEqual([seen?.size, seen?.root], [checkpoint.size, checkpoint.root]);

    const { commit } = await project.task('T-1');
    assert.ok(commit !== null);
    const note = checkpointAgainst(project.log, `${project.git('notes', '--ref=reeve', 'show', commit)}\n`);
    assert.ok(note.isConsistent && note.isSigned);
    const accepted = (await project.projectEvents()).find(
      ({ type, data }) => type === 'head.committed' && data.status === 'accepted',
    );
    assert.ok(accepted !== undefined && note.checkpoint.size >= accepted.seq);
    await project.assertVerified();
  });

  it('follows the log while it runs, and writes nothing when nothing happened', async (t) => {
    const project = await createSignedProject(t);
    const daemon = await openDaemon(project);
    await project.drop(packOf());
    await daemon.event('head.committed', ({ data }) => data.status === 'accepted');
    const end = linesOf(project.log).length;
    await eventually(
      () => existsSync(join(project.folder, 'checkpoint')) && checkpointOf(project).checkpoint.size >= end,
      'a checkpoint at the end of the log',
    );
    await eventually(() => seenOf(project)?.size === checkpointOf(project).checkpoint.size, 'the same, seen');
    // Written again it would be another file, with the same content.
    const look = () => [statSync(join(project.folder, 'checkpoint')).ino, snapshot(project.place.userState)];
    const before = look();
    await sleep(1_500);
    assert.deepEqual(look(), before);
    await daemon.close('test');
  });

  it('writes no git note where none is wanted', async (t) => {
    const project = await createSignedProject(t, { settings: { anchors: { git_notes: false } } });
    await project.drop(packOf());
    await runToEnd(project);
    assert.equal(checkpointOf(project).isConsistent, true);
    assert.equal(project.git('for-each-ref', 'refs/notes'), '');
  });

  it('accepts work all the same when no checkpoint can be written, says so once, and makes good for it', async (t) => {
    const project = await createSignedProject(t);
    await acceptedOnce(project, 'T-0');
    const daemon = await openDaemon(project);
    const blocked = join(project.folder, 'checkpoint');
    rmSync(blocked);
    mkdirSync(join(blocked, 'in-the-way'), { recursive: true });
    await project.drop(packOf());
    await daemon.event('head.committed', ({ data }) => data.status === 'accepted');
    const said = () => daemon.logged.filter(({ msg }) => msg === 'a checkpoint was not written');
    await eventually(() => said().length > 0, 'a word on the checkpoint');
    await sleep(2_000);
    assert.equal(said().length, 1);
    rmSync(blocked, { recursive: true });
    await eventually(() => existsSync(blocked), 'a checkpoint');
    await daemon.close('test');
    assert.ok(checkpointOf(project).isConsistent);
  });

  it('never has a checkpoint ahead of the log, killed in the middle of work or of a checkpoint', async (t) => {
    const project = await createSignedProject(t);
    const file = join(project.folder, 'checkpoint');
    const sizeNow = (): number => (existsSync(file) ? checkpointOf(project).checkpoint.size : 0);
    for (const type of ['head.committed', 'task.closed', null]) {
      const before = sizeNow();
      const daemon = await spawnDaemon(project, type === null ? {} : { fatal: { type, count: 1 } });
      await project.drop(packOf({ task_id: `T-${type ?? 'x'}` }), { name: `${type}.json` });
      if (type === null) {
        await eventually(() => sizeNow() > before, 'a newer checkpoint');
        await daemon.kill('SIGKILL');
      } else await daemon.ended;
      if (!existsSync(file)) continue;
      const { checkpoint, isConsistent, isSigned } = checkpointOf(project);
      assert.ok(isConsistent && isSigned, `killed at ${type}`);
      assert.ok(checkpoint.size <= linesOf(project.log).length);
    }
    await runToEnd(project);
    assert.equal(checkpointOf(project).checkpoint.size, linesOf(project.log).length);
    assert.equal(seenOf(project)?.size, linesOf(project.log).length);
    await project.assertVerified();
  });

  it('writes down the rules it works by, once for each set of rules', async (t) => {
    const project = await createSignedProject(t);
    await acceptedOnce(project);
    await runToEnd(project);
    await runToEnd(project);
    const started = (await project.projectEvents()).flatMap((event) =>
      event.type === 'daemon.started' ? [event.data.policy] : [],
    );
    const [rules] = started;
    // A project that is new to a daemon is told as well.
    assert.ok(rules !== undefined && started.length === 3);
    assert.deepEqual(started, [rules, rules, rules]);
    const text = readFileSync(join(project.folder, rules.path), 'utf8');
    assert.equal(sha256Hex(text), rules.sha256);
    assert.equal(Buffer.byteLength(text), rules.bytes);
    const written = JSON.parse(text) as Readonly<Record<string, unknown>>;
    assert.equal(text, `${canonicalJson(written)}\n`);
    assert.deepEqual(written['workers'], { fix: { ...GREET, env: [] } });
    assert.deepEqual(Object.keys(written).toSorted(), [
      'default_worker',
      'interpreters',
      'limits',
      'retry',
      'v',
      'workers',
    ]);
    await runToEnd({ ...project, config: { ...project.config, parallel: 7 } });
    assert.equal(readdirSync(join(project.folder, 'policy')).length, 2);
  });
});

describe('a deliberate copy of a project', () => {
  it('is kept like the project that it came from, with which it shares the id of its log', async (t) => {
    const project = await createSignedProject(t);
    await acceptedOnce(project);
    const daemon = await openDaemon(project);
    const file = join(project.home, 'default.zip');
    await daemon.services.commands.exportArchive({ projectId: 'default', file, overwrite: false });
    await daemon.services.commands.importArchive({ file, as: 'copy' });
    for (const task_id of ['T-2', 'T-3']) {
      const where = { name: `${task_id}.json`, project: task_id === 'T-2' ? 'copy' : 'default' };
      await project.drop(packOf({ task_id }), where);
    }
    await daemon.settled();
    await daemon.close('test');
    const folder = join(project.workflow, 'copy');
    const copy = { ...project, folder, log: join(folder, 'events.jsonl') };
    assert.equal(checkpointOf(copy).checkpoint.origin, checkpointOf(project).checkpoint.origin);
    for (const each of [project, copy]) {
      const { checkpoint, isConsistent } = checkpointOf(each);
      assert.ok(isConsistent);
      assert.equal(checkpoint.size, linesOf(each.log).length);
      assert.equal(seenOf(each)?.root, checkpoint.root);
    }
    for (const [task, each] of [
      ['T-2', copy],
      ['T-3', project],
    ] as const) {
      const { commit } = await project.task(task);
      const note = project.git('notes', '--ref=reeve', 'show', commit ?? '');
      assert.ok(checkpointAgainst(each.log, `${note}\n`).isConsistent, task);
    }
  });
});

describe('a ledger without a key', () => {
  it('is neither signed nor seen nor noted', async (t) => {
    const plain = await createProject(t, { workers: { fix: GREET } });
    const userState = join(plain.home, 'state');
    const project = { ...plain, config: { ...plain.config, userState } };
    await project.drop(packOf());
    await runToEnd(project);
    assert.equal((await project.task('T-1')).final_status, 'accepted');
    assert.equal(existsSync(userState), false);
    assert.equal(existsSync(join(project.workflow, 'default', 'checkpoint')), false);
    assert.equal(project.git('for-each-ref', 'refs/notes'), '');
    const types = (await project.projectEvents()).map(({ type }) => type);
    assert.ok(!types.includes('key.added'));
  });
});

describe('a log that does not continue what was seen of it', () => {
  it('is refused, untouched, when an older backup was put back; a person may accept it', async (t) => {
    const project = await createSignedProject(t);
    await acceptedOnce(project);
    const backup = join(project.home, 'backup');
    cpSync(project.folder, backup, { recursive: true });
    await acceptedOnce(project, 'T-2');
    const newest = seenOf(project);
    rmSync(project.folder, { recursive: true });
    cpSync(backup, project.folder, { recursive: true });
    const before = snapshot(project.folder);
    const lines = linesOf(project.log).length;
    await assert.rejects(openDaemon(project), (error: Error & { code: string; hint: string }) => {
      assert.equal(error.code, 'LEDGER_ROLLED_BACK');
      assert.match(error.hint, /reeve anchor reset/);
      return true;
    });
    assert.deepEqual(snapshot(project.folder), before);
    assert.deepEqual(seenOf(project), newest);

    const { seen, now } = await reset(project);
    assert.deepEqual([seen.size, seen.root], [newest?.size, newest?.root]);
    const recorded = (await project.projectEvents())[lines];
    assert.ok(recorded?.type === 'anchor.reset');
    assert.deepEqual(recorded.data, {
      seen_size: newest?.size,
      seen_root: newest?.root,
      reason: 'restored the backup of Monday',
    });
    assert.deepEqual(recorded.actor, PERSON);
    assert.equal(now.size, lines + 1);
    assert.equal(seenOf(project)?.size, now.size);
    await acceptedOnce(project, 'T-3');
    assert.equal((await project.task('T-3')).final_status, 'accepted');
    await assert.rejects(reset(project), { code: 'CONFLICT' });
  });

  it('is told by verification when another log took its place, until a person accepts that', async (t) => {
    const project = await createSignedProject(t);
    await acceptedOnce(project);
    const seen = seenOf(project);
    rmSync(project.folder, { recursive: true });
    await acceptedOnce(project, 'T-2');
    const verdict = async (): Promise<string> => {
      const { anchors, trustedKeys } = await collectAnchors({
        projectFolder: project.folder,
        logId: logIdOf(checkpointOf(project).checkpoint.origin),
        userState: project.place.userState,
        repository: null,
        files: [],
        allowedSigners: null,
        tsaCa: null,
        env: project.hostEnv,
      });
      return (await verifyProject(project.folder, { anchors, trustedKeys })).verdict;
    };
    assert.equal(await verdict(), 'TAMPERED');
    assert.equal((await reset(project, 'began anew')).seen.root, seen?.root);
    assert.equal(await verdict(), 'ANCHORED');
  });

  it('is refused when its history was rewritten', async (t) => {
    const project = await createSignedProject(t);
    await acceptedOnce(project);
    const title = readFileSync(project.log, 'utf8').includes('Write a greeting');
    assert.ok(title);
    const rewritten = linesOf(project.log).map((line) =>
      line.replace('Write a greeting', 'Wrote a greeting'),
    );
    writeFileSync(project.log, rehash(rewritten));
    const before = snapshot(project.folder);
    await assert.rejects(openDaemon(project), { code: 'LEDGER_FORKED' });
    // The checkpoint beside it alone tells as much, and what was seen elsewhere too.
    const seen = join(project.place.userState, 'seen');
    renameSync(seen, `${seen}-aside`);
    await assert.rejects(openDaemon(project), { code: 'LEDGER_FORKED' });
    assert.deepEqual(snapshot(project.folder), before);
    renameSync(`${seen}-aside`, seen);
    rmSync(join(project.folder, 'checkpoint'));
    await assert.rejects(openDaemon(project), { code: 'LEDGER_FORKED' });
  });

  it('is refused when another log was begun in its place', async (t) => {
    const project = await createSignedProject(t);
    await acceptedOnce(project);
    const other = await createSignedProject(t);
    await acceptedOnce(other);
    cpSync(other.log, project.log);
    await assert.rejects(openDaemon(project), { code: 'LEDGER_FORKED' });
    rmSync(project.log);
    const { kernel } = await openDaemon(project);
    await assert.rejects(kernel.project('default'), { code: 'LEDGER_ROLLED_BACK' });
    assert.equal(existsSync(project.log), false);
  });

  it('is refused also where it was moved to', async (t) => {
    const project = await createSignedProject(t);
    await acceptedOnce(project);
    const old = linesOf(project.log).slice(0, -1);
    renameSync(project.folder, join(project.workflow, 'moved'));
    const moved = join(project.workflow, 'moved', 'events.jsonl');
    writeFileSync(moved, `${old.join('\n')}\n`);
    rmSync(join(project.workflow, 'moved', 'checkpoint'));
    await assert.rejects(openDaemon(project), { code: 'LEDGER_ROLLED_BACK' });
  });

  it('is damaged, and not cut, when lines that were vouched for are no lines any more', async (t) => {
    const project = await createSignedProject(t);
    await acceptedOnce(project);
    const bytes = readFileSync(project.log);
    bytes.fill(0, bytes.length - 40);
    writeFileSync(project.log, bytes);
    const before = snapshot(project.folder);
    await assert.rejects(openDaemon(project), { code: 'LEDGER_DAMAGED' });
    // Also by a user who has no key.
    await assert.rejects(openDaemon({ ...project, config: { ...project.config, userState: null } }), {
      code: 'LEDGER_DAMAGED',
    });
    assert.deepEqual(snapshot(project.folder), before);
  });

  it('is mended when only bytes beyond its checkpoint are torn', async (t) => {
    const project = await createSignedProject(t);
    await acceptedOnce(project);
    appendFileSync(project.log, '{"actor":{"id":"re');
    await acceptedOnce(project, 'T-2');
    assert.ok((await typesOf(project)).includes('ledger.recovered'));
    assert.ok(checkpointOf(project).isConsistent);
  });

  it('is damaged when its checkpoint is none, or signed by somebody else', async (t) => {
    const project = await createSignedProject(t);
    await acceptedOnce(project);
    const file = join(project.folder, 'checkpoint');
    const { checkpoint } = checkpointOf(project);
    const other = await createSignedProject(t);
    const stranger = openKeyRing(other.place)?.current;
    assert.ok(stranger !== undefined);
    for (const text of ['', 'x'.repeat(20_000), signCheckpoint(stranger, checkpoint)]) {
      writeFileSync(file, text);
      await assert.rejects(openDaemon(project), { code: 'LEDGER_DAMAGED' });
      assert.equal(readFileSync(file, 'utf8'), text);
    }
  });
});

describe('a key that was rotated', () => {
  it('is vouched for in the log by the one before, also when several came between', async (t) => {
    const project = await createSignedProject(t);
    await acceptedOnce(project);
    const first = checkpointOf(project);
    rotateKey(project.place);
    const { current } = rotateKey(project.place);
    await runToEnd(project);
    const { checkpoint, isConsistent, isSigned, scan } = checkpointOf(project);
    assert.ok(isConsistent && isSigned && checkpoint.size > first.checkpoint.size);
    assert.deepEqual(
      scan.keys.map(({ trust }) => trust),
      ['first', 'rotated'],
    );
    assert.equal(scan.keys.at(-1)?.key_id, current.key_id);
    assert.equal(seenOf(project)?.key_id, current.key_id);
    await runToEnd(project);
    assert.equal(checkpointOf(project).scan.keys.length, 2);
  });

  it('is said to come without a word of the one before when that is gone', async (t) => {
    const project = await createSignedProject(t);
    await acceptedOnce(project);
    rotateKey(project.place);
    rmSync(join(project.place.userState, 'retired-keys'), { recursive: true });
    await runToEnd(project);
    const { isSigned, scan } = checkpointOf(project);
    assert.ok(isSigned);
    assert.deepEqual(
      scan.keys.map(({ trust }) => trust),
      ['first', 'replaced'],
    );
    assert.equal(logIdOf(checkpointOf(project).checkpoint.origin), scan.genesis?.log_id);
  });
});
