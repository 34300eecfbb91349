import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { verifyProject } from '../../../daemon/ledger/verify-project.ts';
import { fastForwardProject } from '../../../daemon/runtime/fast-forward-project.ts';
import { REPOSITORY } from '../../../scripts/repository.mjs';
import { exportTo, importFrom } from '../../helpers/archive-fixture.ts';
import { addKey, archiveSigner, makeKey } from '../../helpers/archive-key.ts';
import { collect, note, opened, PERSON, scratchFolder, withLedger } from '../../helpers/ledger-fixture.ts';

const scratch = scratchFolder();
const isHere = (program: string, ...args: readonly string[]) => spawnSync(program, args).status === 0;
const skip =
  isHere('unzip', '-v') && isHere('sha256sum', '--version') ? false : 'unzip and sha256sum are needed';
const python = isHere('python3', '--version') ? false : 'python3 is not installed';

async function grow(root: string, lines: number, segmentBytes = 1500): Promise<void> {
  await withLedger(
    root,
    async (project) => {
      for (let n = 0; n < lines; n += 1) {
        const draft = project.tasks.has('T-1') ? note(`line ${n}`) : opened();
        await project.appendTask('T-1', PERSON, 'running', [draft]).durable;
      }
    },
    { segmentBytes },
  );
}

const logsOf = (folder: string): readonly string[] =>
  readdirSync(join(folder, 'tasks/T-1')).filter((name) => name.startsWith('events.'));

/** A project with sealed segments, signed, and its archive. */
async function makeArchive(choice: { readonly redact?: readonly string[] } = {}) {
  const root = mkdtempSync(join(scratch, 's-'));
  const key = makeKey();
  await grow(root, 14);
  await withLedger(root, (project) => addKey(project, key));
  const project = join(root, 'p');
  const file = join(root, 'p.zip');
  const redact = choice.redact ?? [];
  await exportTo(project, file, {
    signer: archiveSigner(key),
    ...(redact.length === 0 ? {} : { choice: { tasks: null, since: null, redact } }),
  });
  return { root, project, file };
}

function unpack(root: string, file: string): string {
  execFileSync('unzip', ['-q', file, '-d', join(root, 'u')]);
  return join(root, 'u/p');
}

function lastLine(command: string, args: readonly string[], cwd: string): string {
  const { stdout } = spawnSync(command, args, { cwd, env: {}, encoding: 'utf8' });
  return stdout.trimEnd().split('\n').at(-1) ?? '';
}

const PYTHON = ['-B', join(REPOSITORY, 'scripts/verify_archive.py')];

describe('an archive of a log that was sealed', () => {
  it('holds its files as they are, and is verified with nothing of Reeve', { skip }, async () => {
    const { root, project, file } = await makeArchive();
    const archive = unpack(root, file);
    assert.ok(logsOf(project).length > 3);
    for (const name of logsOf(project))
      assert.deepEqual(
        readFileSync(join(archive, 'data/tasks/T-1', name)),
        readFileSync(join(project, 'tasks/T-1', name)),
      );
    execFileSync('sha256sum', ['-c', '--quiet', 'manifest-sha256.txt', 'tagmanifest-sha256.txt'], {
      cwd: archive,
    });
    assert.match(lastLine(process.execPath, ['verify.mjs'], archive), /^UNANCHORED \d+$/);
    if (python === false) assert.match(lastLine('python3', PYTHON, archive), /^UNANCHORED \d+$/);
    unlinkSync(join(archive, 'data/tasks/T-1/events.000002.jsonl'));
    assert.match(lastLine(process.execPath, ['verify.mjs'], archive), /^TAMPERED/);
    if (python === false) assert.match(lastLine('python3', PYTHON, archive), /^TAMPERED/);
  });

  it('can be imported, and goes on there', async () => {
    const { root, project, file } = await makeArchive();
    assert.equal((await importFrom(file, root)).outcome, 'identical');
    const there = join(root, 'there');
    assert.equal((await importFrom(file, there)).outcome, 'imported');
    assert.deepEqual(logsOf(join(there, 'p')), logsOf(project));
    await grow(there, 8);
    assert.deepEqual((await verifyProject(join(there, 'p'))).faults, []);
    assert.ok(logsOf(join(there, 'p')).length > logsOf(project).length);
    await withLedger(there, async (ledger) =>
      assert.equal((await collect(ledger.readTask('T-1'))).length, 22),
    );
  });

  it('keeps its chain when lines in a segment are redacted', { skip }, async () => {
    const { root, file } = await makeArchive({ redact: ['tasks/T-1/events.jsonl:2-5'] });
    const archive = unpack(root, file);
    assert.match(lastLine(process.execPath, ['verify.mjs'], archive), /^UNANCHORED \d+$/);
    if (python === false) assert.match(lastLine('python3', PYTHON, archive), /^UNANCHORED \d+$/);
    const { disclosure } = { disclosure: JSON.parse(readFileSync(join(archive, 'disclosure.json'), 'utf8')) };
    const report = await verifyProject(join(archive, 'data'), { disclosure });
    assert.deepEqual(
      { verdict: report.verdict, faults: report.faults },
      { verdict: 'UNANCHORED', faults: [] },
    );
  });

  it('brings an older copy forward whose log was not cut yet', async () => {
    const root = mkdtempSync(join(scratch, 'f-'));
    await grow(root, 6, 1_000_000);
    const here = join(root, 'here');
    cpSync(join(root, 'p'), join(here, 'p'), { recursive: true });
    await grow(root, 9);
    const file = join(root, 'p.zip');
    await exportTo(join(root, 'p'), file);
    await assert.rejects(importFrom(file, here), { code: 'ARCHIVE_CONFLICT', message: /is older/ });
    const options = { workflowFolder: here, clock: { now: () => Date.now() }, version: '0.0.0-test' };
    const { outcome } = await fastForwardProject(options, { file, as: null, fastForward: true });
    assert.equal(outcome, 'fast_forwarded');
    assert.deepEqual(logsOf(join(here, 'p')), logsOf(join(root, 'p')));
    assert.deepEqual((await verifyProject(join(here, 'p'))).faults, []);
    await grow(here, 5);
    assert.deepEqual((await verifyProject(join(here, 'p'))).faults, []);
  });
});
