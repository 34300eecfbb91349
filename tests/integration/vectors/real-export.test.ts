import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { REPOSITORY } from '../../../scripts/repository.mjs';
import { exportTo, makeEvidence } from '../../helpers/archive-fixture.ts';
import { addKey, archiveSigner, makeKey } from '../../helpers/archive-key.ts';
import { scratchFolder, withLedger } from '../../helpers/ledger-fixture.ts';

const root = scratchFolder();
const isHere = (program: string, ...args: readonly string[]) => spawnSync(program, args).status === 0;
const unzipMissing = isHere('unzip', '-v') ? false : 'unzip is not installed';
const pythonMissing = isHere('python3', '--version') ? false : 'python3 is not installed';

const CHOICES = {
  whole: {},
  part: { choice: { tasks: ['T-1'], since: null, redact: [] } },
  redacted: {
    choice: {
      tasks: null,
      since: null,
      redact: ['tasks/T-1/events.jsonl:2', 'tasks/T-1/artifacts/**/README'],
    },
  },
};

/** The verifier in the archive, and the one of the sources: neither sees anything but the unpacked folder. */
const VERIFIERS = [
  { name: 'verify.mjs', command: [process.execPath, 'verify.mjs'], skip: unzipMissing },
  {
    name: 'verify_archive.py',
    command: ['python3', '-B', join(REPOSITORY, 'scripts/verify_archive.py')],
    skip: unzipMissing || pythonMissing,
  },
];

/** Exports a project that was written by the ledger, and unpacks it as an auditor would. */
async function unpackExport(name: keyof typeof CHOICES) {
  const folder = mkdtempSync(join(root, 's-'));
  const project = await makeEvidence(folder);
  const key = makeKey();
  await withLedger(folder, async (ledger) => addKey(ledger, key));
  const file = join(folder, 'p.zip');
  const answer = await exportTo(project, file, { signer: archiveSigner(key), ...CHOICES[name] });
  execFileSync('unzip', ['-q', file, '-d', join(folder, 'u')]);
  const note = join(folder, 'note');
  writeFileSync(note, answer.note);
  return { archive: join(folder, 'u', 'p'), note };
}

function verify([program = '', ...args]: readonly string[], archive: string, ...given: readonly string[]) {
  const { status, stdout } = spawnSync(program, [...args, ...given], {
    cwd: archive,
    env: {},
    encoding: 'utf8',
  });
  return { status, last: stdout.trimEnd().split('\n').at(-1), stdout };
}

for (const { name, command, skip } of VERIFIERS) {
  describe(`${name} on a real export`, { skip }, () => {
    for (const choice of ['whole', 'part', 'redacted'] as const) {
      it(`is satisfied with it (${choice}), and anchored by the note that was printed`, async () => {
        const { archive, note } = await unpackExport(choice);
        const alone = verify(command, archive);
        assert.match(String(alone.last), /^UNANCHORED [1-9]/, alone.stdout);
        assert.equal(alone.status, 0);
        const anchored = verify(command, archive, '--anchor', note);
        assert.equal(anchored.last, 'ANCHORED', anchored.stdout);
        assert.equal(anchored.status, 0);
      });
    }

    it('follows no link', async () => {
      const { archive } = await unpackExport('whole');
      symlinkSync('/', join(archive, 'data', 'rejected', 'root'));
      const { status, last } = verify(command, archive);
      assert.deepEqual([status, last], [6, 'TAMPERED']);
    });

    it('prints nothing of what it finds as it is', async () => {
      const { archive } = await unpackExport('whole');
      writeFileSync(join(archive, 'data', '\u001b[2J\u202egnp'), '');
      const { status, stdout } = verify(command, archive);
      assert.equal(status, 6);
      assert.match(stdout, /^[ -~\n]*$/);
    });

    it('says that it cannot verify where there is nothing to read', async () => {
      const { archive, note } = await unpackExport('whole');
      for (const given of [['--anchor', `${note}.absent`], [join(archive, 'absent')]]) {
        const { status, last } = verify(command, archive, ...given);
        assert.deepEqual([status, last], [3, 'CANNOT VERIFY']);
      }
    });

    it('names a line that somebody added', async () => {
      const { archive } = await unpackExport('whole');
      appendFileSync(join(archive, 'data/tasks/T-1/events.jsonl'), '{}\n');
      const { status, last } = verify(command, archive);
      assert.deepEqual([status, last], [6, 'TAMPERED at tasks/T-1/events.jsonl line 4']);
    });
  });
}
