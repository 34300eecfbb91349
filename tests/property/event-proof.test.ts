import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatEventProof } from '../../protocol/event-proof.ts';
import { verifyEventProof } from '../../protocol/verify-event-proof.ts';
import { createProofLedger } from '../helpers/proof-ledger.ts';

/** A ledger of some shape, and one event of it. */
const ledgers = fc
  .record({
    heads: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 }),
    rotations: fc.integer({ min: 0, max: 3 }),
    isReplaced: fc.boolean(),
  })
  .map(createProofLedger);

const NOBODY = { anchor: null, verifierKey: null };

describe('proofs of events', () => {
  it('hold for every event of a ledger of any shape, with its checkpoint as the anchor', () => {
    fc.assert(
      fc.property(ledgers, ({ taskEvents, projectEvents, prove, projectParts, checkpoint }) => {
        const trust = { ...NOBODY, anchor: checkpoint };
        for (const event of taskEvents) {
          assert.deepEqual(verifyEventProof(prove(event.seq), trust).event, event);
        }
        for (const event of projectEvents) {
          const proof = formatEventProof(projectParts(event.seq));
          assert.deepEqual(verifyEventProof(proof, trust).event, event);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('fail after any byte of them was changed', () => {
    fc.assert(
      fc.property(
        ledgers,
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (ledger, seq, place, flip) => {
          const bytes = Buffer.from(ledger.prove(1 + (seq % ledger.taskEvents.length)));
          const at = place % bytes.length;
          bytes[at] = (bytes[at] ?? 0) ^ flip;
          // What is not UTF-8 is refused before it is a text.
          if (!isUtf8(bytes)) return;
          assert.throws(() => verifyEventProof(bytes.toString('utf8'), NOBODY), { code: 'PROOF_INVALID' });
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('fail for the tree of any other ledger', () => {
    fc.assert(
      fc.property(ledgers, ledgers, (one, other) => {
        const proof = formatEventProof({ ...one.parts(1), checkpoint: other.parts(1).checkpoint });
        assert.throws(() => verifyEventProof(proof, NOBODY), { code: 'PROOF_INVALID' });
      }),
      { numRuns: 50 },
    );
  });
});
