import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalJson } from '../../../protocol/canonical-json.ts';
import { formatCheckpoint } from '../../../protocol/checkpoint.ts';
import { formatEventProof, type EventProofParts } from '../../../protocol/event-proof.ts';
import type { EventProof } from '../../../protocol/generated/types.ts';
import { formatVerifierKey } from '../../../protocol/signed-note.ts';
import { MAX_PROOF_LENGTH, verifyEventProof, type ProofTrust } from '../../../protocol/verify-event-proof.ts';
import { createTestKey, someCheckpoint } from '../../helpers/checkpoints.ts';
import { createProofLedger } from '../../helpers/proof-ledger.ts';

const ledger = createProofLedger();
const [key = createTestKey()] = ledger.keys;
const NOBODY: ProofTrust = { anchor: null, verifierKey: null };

function refuses(proof: string, problem: RegExp, trust: ProofTrust = NOBODY): void {
  assert.throws(() => verifyEventProof(proof, trust), { code: 'PROOF_INVALID', message: problem });
}

/** A proof with some members changed. */
function changed(change: (proof: EventProof) => object, parts: EventProofParts = ledger.parts(2)): string {
  const proof = JSON.parse(formatEventProof(parts)) as EventProof;
  return `${canonicalJson({ ...proof, ...change(proof) })}\n`;
}

describe('the proof of an event', () => {
  it('shows the event of a task, the checkpoint that covers it and the key that signed that', () => {
    for (const event of ledger.taskEvents) {
      const proved = verifyEventProof(ledger.prove(event.seq), NOBODY);
      assert.deepEqual(proved.event, event);
      assert.deepEqual({ ...proved.checkpoint, note: undefined }, { ...ledger.checkpoint, note: undefined });
      assert.equal(proved.key?.public_key, key.publicKey);
      assert.equal(proved.key.trust, 'first');
      assert.equal(proved.isKeyTrusted || proved.isAnchored, false);
    }
  });

  it('shows an event of the project log', () => {
    for (const event of ledger.projectEvents) {
      const proof = formatEventProof(ledger.projectParts(event.seq));
      assert.deepEqual(verifyEventProof(proof, NOBODY).event, event);
    }
  });

  it('shows the first event of a task by its creation alone', () => {
    const created = ledger.projectEvents.find(({ type }) => type === 'task.created');
    const { lines } = ledger.parts(1);
    const parts = { ...ledger.projectParts(created?.seq ?? 0), lines: lines.slice(0, 1) };
    assert.equal(verifyEventProof(formatEventProof(parts), NOBODY).event.type, 'task.opened');
    refuses(formatEventProof({ ...parts, lines: lines.slice(0, 2) }), /not the head of the last/);
  });

  it('holds against the anchor it is compared with, and against no other', () => {
    const proof = ledger.prove(4);
    const anchor = ledger.checkpoint;
    assert.equal(verifyEventProof(proof, { ...NOBODY, anchor }).isAnchored, true);
    const { size } = anchor;
    refuses(proof, /another history/, { ...NOBODY, anchor: someCheckpoint(size) });
    refuses(proof, /have one made for the anchor/, { ...NOBODY, anchor: someCheckpoint(size + 1) });
    refuses(proof, /about another log/, { ...NOBODY, anchor: someCheckpoint(size, 'cd'.repeat(16)) });
  });

  it('without a signature holds only together with the anchor it was made for', () => {
    const { checkpoint: anchor } = ledger;
    const proof = formatEventProof({ ...ledger.parts(2), checkpoint: formatCheckpoint(anchor) });
    assert.equal(verifyEventProof(proof, { ...NOBODY, anchor }).key, null);
    refuses(proof, /needs the anchor it was made for/);
    const verifierKey = formatVerifierKey(anchor.origin, key.publicKey);
    refuses(proof, /the trusted key says nothing/, { anchor, verifierKey });
  });
});

describe('the key of a proof', () => {
  const origin = ledger.checkpoint.origin;

  it('is trusted when it is the one given, or that one handed over to it', () => {
    const rotated = createProofLedger({ rotations: 2 });
    for (const [index, { publicKey }] of rotated.keys.entries()) {
      const verifierKey = formatVerifierKey(origin, publicKey);
      const proved = verifyEventProof(rotated.prove(1), { ...NOBODY, verifierKey });
      assert.equal(proved.isKeyTrusted, true, String(index));
      assert.equal(proved.key?.trust, 'rotated');
    }
  });

  it('is not trusted when another took over without its word, or it is not in the log at all', () => {
    const replaced = createProofLedger({ rotations: 1, isReplaced: true });
    assert.equal(verifyEventProof(replaced.prove(1), NOBODY).key?.trust, 'replaced');
    for (const { publicKey } of [replaced.keys[0] ?? key, createTestKey()]) {
      const trust = { ...NOBODY, verifierKey: formatVerifierKey(origin, publicKey) };
      refuses(replaced.prove(1), /did not hand over to/, trust);
    }
  });

  it('given must be a verifier key, and for this log', () => {
    const trust = { ...NOBODY, verifierKey: 'nonsense' };
    assert.throws(() => verifyEventProof(ledger.prove(1), trust), { code: 'USAGE' });
    const verifierKey = formatVerifierKey('reeve/other', key.publicKey);
    refuses(ledger.prove(1), /for another log/, { ...NOBODY, verifierKey });
  });

  it('must be shown, in order, and proved', () => {
    const { keyLines } = ledger.parts(1);
    const withKeys = (lines: EventProofParts['keyLines']): string =>
      formatEventProof({ ...ledger.parts(1), keyLines: lines });
    refuses(withKeys([]), /shows no key/);
    refuses(withKeys([...keyLines, ...keyLines]), /keys\/1 is not in order/);
    refuses(withKeys([ledger.parts(1).projectLine]), /keys\/0 tells of no key/);
    const rotated = createProofLedger({ rotations: 1 });
    const [, second] = rotated.parts(1).keyLines;
    const parts = { ...rotated.parts(1), keyLines: second === undefined ? [] : [second] };
    refuses(formatEventProof(parts), /keys\/0 claims a key that it does not prove/);
  });

  it('must have signed the checkpoint', () => {
    const checkpoint = createTestKey().signNote(ledger.checkpoint);
    refuses(formatEventProof({ ...ledger.parts(1), checkpoint }), /not rightly signed by/);
  });
});

describe('what is no proof', () => {
  it('is refused: anything but the canonical form of one', () => {
    const proof = ledger.prove(1);
    refuses(proof.slice(0, -1), /does not end in a newline/);
    refuses(` ${proof}`, /canonical form/);
    refuses('{}\n', /has not the form of one .*v.*lines/);
    refuses('[\n', /it: /);
    refuses(`${'x'.repeat(MAX_PROOF_LENGTH)}\n`, /longer than/);
    refuses(
      changed(() => ({ v: 2 })),
      /\/v must be equal to constant/,
    );
    refuses(
      changed(() => ({ more: 1 })),
      /additional properties/,
    );
  });

  it('is refused: a checkpoint that is none, or of another log or size', () => {
    refuses(
      changed(() => ({ checkpoint: 'x' })),
      /its checkpoint is none/,
    );
    refuses(
      changed(({ size }) => ({ size: size + 1 })),
      /of another size/,
    );
    refuses(
      changed(() => ({ origin: `reeve/${'cd'.repeat(16)}` })),
      /about another log/,
    );
  });

  it('is refused: a line that is not where it is said to be', () => {
    refuses(
      changed(({ index }) => ({ index: index + 1 })),
      /index is not that of line/,
    );
    refuses(
      changed(({ path }) => ({ path: path.slice(1) })),
      /project_line is not in the tree/,
    );
    refuses(
      changed(() => ({ path: [`${'A'.repeat(42)}B=`] })),
      /project_line is not in the tree/,
    );
    refuses(
      changed(() => ({ project_line: '{}' })),
      /project_line: .*Not a ledger line/,
    );
    const [line = ''] = ledger.parts(1).lines;
    refuses(
      changed(() => ({ project_line: line })),
      /project_line is of another log/,
    );
  });

  it('is refused: a path of the right length that leads elsewhere', () => {
    const [, ...rest] = (JSON.parse(ledger.prove(2)) as EventProof).path;
    const path = [`${'A'.repeat(43)}=`, ...rest];
    refuses(
      changed(() => ({ path })),
      /project_line is not in the tree/,
    );
  });

  it('is refused: lines that do not lead from the event to the head', () => {
    const { lines } = ledger.parts(1);
    const [first = '', second = '', third = ''] = lines;
    refuses(
      changed(() => ({ lines: [first, third] })),
      /lines\/1 does not follow .*seq_gap/,
    );
    refuses(
      changed(() => ({ lines: [first, second] })),
      /not the head of the last/,
    );
    refuses(
      changed(() => ({ lines: [second, 'x'] })),
      /lines\/1: .*Not a ledger line/,
    );
    const parts = { ...ledger.projectParts(1), lines };
    refuses(formatEventProof(parts), /not the head of the last/);
  });

  it('is refused: a log that begins with a predecessor, or tells of several tasks', () => {
    const headless = createProofLedger({ lies: { 0: { prev_event_hash: 'ab'.repeat(32) } } });
    refuses(headless.prove(1), /lines\/0 does not begin its log/);
    const mixed = createProofLedger({ lies: { 0: { task_id: 'T-2' } } });
    refuses(mixed.prove(1), /of several tasks/);
    assert.equal(verifyEventProof(mixed.prove(2), NOBODY).event.task_id, 'T-1');
  });
});
