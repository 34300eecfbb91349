import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { exportArchive } from '../../../daemon/archive/export-archive.ts';
import { createKey } from '../../../daemon/signing/create-key.ts';
import { parseSignedCheckpoint } from '../../../protocol/checkpoint.ts';
import { assertIntact } from '../../helpers/assert-intact.ts';
import {
  collect,
  linesOf,
  makeProject,
  note,
  opened,
  PERSON,
  scratchFolder,
  stopped,
  withLedger,
} from '../../helpers/ledger-fixture.ts';
import { mountSmallDisk } from '../../helpers/small-disk.ts';
import { openWitnessedLedger } from '../../helpers/witnessed-ledger.ts';

const scratch = scratchFolder();

describe('fault 30: no space left', () => {
  it('for the project log: what was refused is not there, and owed heads follow once there is room', async (t) => {
    const disk = mountSmallDisk(t, join(scratch, 'project-log'), '1m');
    if (disk === null) return;
    const root = join(disk.folder, 'root');
    await withLedger(root, async (project) => {
      await project.appendTask('T-1', PERSON, 'queued', [opened()]).durable;
      await project.flush();
      const before = linesOf(join(project.folder, 'events.jsonl'));
      disk.fill();
      const refused = Array.from({ length: 40 }, () => stopped());
      await assert.rejects(project.appendProject(PERSON, refused).durable, { code: 'LEDGER_WRITE_FAILED' });
      assert.deepEqual(linesOf(join(project.folder, 'events.jsonl')), before);
      // There is room in the last block of the task's log, and its head has to wait: that of a full disk may fail.
      await project.appendTask('T-1', PERSON, 'queued', [note('fits')]).durable;
      disk.free();
      await project.appendProject(PERSON, [stopped()]).durable;
      await project.flush();
      assert.equal((await collect(project.readTask('T-1'))).length, 2);
    });
    await assertIntact(join(root, 'p'));
  });

  it('for the checkpoint: the old one stays, whole, and the new one is written at the next occasion', async (t) => {
    const disk = mountSmallDisk(t, join(scratch, 'checkpoint'), '1m');
    if (disk === null) return;
    createKey({ userState: join(disk.folder, 'state'), outside: [] });
    const { project, sign, close } = await openWitnessedLedger(disk.folder);
    const size = (): number | undefined =>
      parseSignedCheckpoint(readFileSync(join(project.folder, 'checkpoint'), 'utf8'))?.size;
    await sign();
    const old = size();
    await project.appendProject(PERSON, [stopped()]).durable;
    disk.fill();
    await sign();
    assert.equal(size(), old);
    disk.free();
    await sign();
    assert.equal(size(), (old ?? 0) + 1);
    await close();
    assert.deepEqual(
      readdirSync(project.folder).filter((name) => name.endsWith('.tmp')),
      [],
    );
    await assertIntact(project.folder);
  });

  it('for an archive: nothing of it is left, and neither the ledger nor an older archive suffers', async (t) => {
    const disk = mountSmallDisk(t, join(scratch, 'archive'), '256k');
    if (disk === null) return;
    const folder = await makeProject(join(scratch, 'exported'), { 'T-1': 3 });
    const target = join(disk.folder, 'out');
    mkdirSync(target);
    const options = { projectFolder: folder, projectId: 'p', overwrite: true, reeveVersion: '0.0.0-test' };
    await exportArchive({ ...options, file: join(target, 'old.zip') });
    const old = readFileSync(join(target, 'old.zip'));
    disk.fill();
    for (const name of ['old.zip', 'new.zip']) {
      await assert.rejects(exportArchive({ ...options, file: join(target, name) }), {
        code: 'IO_FAILED',
        message: /ENOSPC|no space/i,
      });
    }
    assert.deepEqual(readdirSync(target), ['old.zip']);
    assert.deepEqual(readFileSync(join(target, 'old.zip')), old);
    await assertIntact(folder);
    disk.free();
    await exportArchive({ ...options, file: join(target, 'new.zip') });
    assert.ok(existsSync(join(target, 'new.zip')));
  });
});
