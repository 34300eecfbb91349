import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { recordAnchor } from '../../../daemon/runtime/record-anchor.ts';
import type { ProjectLedger } from '../../../daemon/ports/ledger.ts';
import { sha256Hex } from '../../../protocol/digest.ts';
import { formatSignedNote, noteKeyHash, parseSignedNote } from '../../../protocol/signed-note.ts';
import { signingKeyId } from '../../../protocol/signing-keys.ts';
import { createTestKey, someCheckpoint } from '../../helpers/checkpoints.ts';
import { PERSON, scratchFolder, stopped, withLedger } from '../../helpers/ledger-fixture.ts';

const key = createTestKey();
const keyData = { key_id: signingKeyId(key.publicKey), public_key: key.publicKey };
const PROOF = Buffer.from('a proof');
const root = scratchFolder();

/** A ledger of three lines, of which the second names the key. */
async function withSignedLedger(use: (project: ProjectLedger) => Promise<void>): Promise<void> {
  await withLedger(await mkdtemp(join(root, 'ledger-')), async (project) => {
    await project.appendProject(PERSON, [{ type: 'key.added', data: keyData }, stopped()]).durable;
    await use(project);
  });
}

/** Puts another name to a signature: the name is not among what is signed. */
function relabel(note: string, name: string): string {
  const { text, signatures } = parseSignedNote(note) ?? { text: '', signatures: [] };
  const keyHash = noteKeyHash(name, key.publicKey);
  return formatSignedNote({ text, signatures: signatures.map((each) => ({ ...each, name, keyHash })) });
}

describe('recording an anchor', () => {
  it('keeps checkpoint and proof beside the log, and names both in an event', async () => {
    await withSignedLedger(async (project) => {
      const { size, root: treeRoot } = project.checkpoint();
      const checkpoint = key.signNote(project.checkpoint());
      const names = { rfc3161: '3.tsr', ssh_signature: `3.${sha256Hex(PROOF).slice(0, 16)}.sig` } as const;
      for (const kind of ['rfc3161', 'ssh_signature'] as const) {
        const event = await recordAnchor(project, { kind, checkpoint, proof: PROOF }, PERSON);
        const fileOf = (name: string, content: string | Buffer) => {
          const bytes = Buffer.from(content);
          return { path: `anchors/${name}`, sha256: sha256Hex(bytes), bytes: bytes.length };
        };
        const files = { checkpoint: fileOf('3.checkpoint', checkpoint), proof: fileOf(names[kind], PROOF) };
        assert.equal(event.type, 'checkpoint.anchored');
        assert.deepEqual(event.data, { kind, size, root: treeRoot, ...files });
        assert.deepEqual(event.actor, PERSON);
        assert.equal(readFileSync(join(project.folder, 'anchors', '3.checkpoint'), 'utf8'), checkpoint);
        assert.deepEqual(readFileSync(join(project.folder, 'anchors', names[kind])), PROOF);
      }
    });
  });

  it('refuses a checkpoint that this ledger did not sign, and keeps nothing of it', async () => {
    await withSignedLedger(async (project) => {
      const own = project.checkpoint();
      const checkpoints = [
        'nonsense',
        key.signNote(someCheckpoint(3, 'cd'.repeat(16))),
        createTestKey().signNote(own),
        relabel(key.signNote(someCheckpoint(3, 'cd'.repeat(16))), own.origin),
        key.signNote({ ...own, size: 1 }),
        key.signNote({ ...own, size: 4 }),
      ];
      for (const checkpoint of checkpoints) {
        const record = { kind: 'rfc3161', checkpoint, proof: PROOF } as const;
        await assert.rejects(recordAnchor(project, record, PERSON), { code: 'USAGE' });
      }
      assert.equal(existsSync(join(project.folder, 'anchors')), false);
      assert.equal(project.checkpoint().size, own.size);
    });
  });

  it('takes the same proof twice, as after a crash before its event, and another one never', async () => {
    await withSignedLedger(async (project) => {
      const checkpoint = key.signNote(project.checkpoint());
      const record = { kind: 'rfc3161', checkpoint, proof: PROOF } as const;
      const first = await recordAnchor(project, record, PERSON);
      const second = await recordAnchor(project, record, PERSON);
      assert.deepEqual(second.data, first.data);
      for (const proof of [Buffer.from('A proof'), Buffer.from('a longer proof'), Buffer.from('short')]) {
        await assert.rejects(recordAnchor(project, { ...record, proof }, PERSON), { code: 'CONFLICT' });
      }
      assert.deepEqual(readFileSync(join(project.folder, 'anchors', '3.tsr')), PROOF);
    });
  });

  it('does not follow a link in the place of a proof', async () => {
    await withSignedLedger(async (project) => {
      const elsewhere = join(root, 'elsewhere');
      writeFileSync(elsewhere, PROOF);
      mkdirSync(join(project.folder, 'anchors'));
      symlinkSync(elsewhere, join(project.folder, 'anchors', '3.tsr'));
      const record = {
        kind: 'rfc3161',
        checkpoint: key.signNote(project.checkpoint()),
        proof: PROOF,
      } as const;
      await assert.rejects(recordAnchor(project, record, PERSON), { code: 'CONFLICT' });
    });
  });
});
