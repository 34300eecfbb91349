import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FoundCheckpoint } from '../../../daemon/domain/ledger-verdict/judge-checkpoint.ts';
import { judgeStanding, type AnchorClaim } from '../../../daemon/domain/ledger-verdict/judge-standing.ts';
import type { LogStanding } from '../../../daemon/domain/ledger-verdict/log-standing.ts';
import { STANDING_VERDICTS } from '../../../daemon/domain/ledger-verdict/standing-fault.ts';
import { VERDICTS, worstVerdict } from '../../../daemon/domain/ledger-verdict/verdict.ts';
import { toBase64 } from '../../../protocol/base64.ts';
import { originOf, parseSignedCheckpoint, type Checkpoint } from '../../../protocol/checkpoint.ts';
import { sha256 } from '../../../protocol/digest.ts';
import { signingKeyId, type LoggedKey } from '../../../protocol/signing-keys.ts';
import { createTestKey, LOG_ID, type TestKey } from '../../helpers/checkpoints.ts';

const ORIGIN = originOf(LOG_ID);
const [K1, K2, K3] = [createTestKey(), createTestKey(), createTestKey()];
const idOf = ({ publicKey }: TestKey): string => signingKeyId(publicKey);

const rootOf = (size: number, history = 'main'): string => toBase64(sha256(`${history} ${size}`));

const key = (of: TestKey, seq: number, trust: LoggedKey['trust']): LoggedKey => {
  return { key_id: idOf(of), public_key: of.publicKey, seq, trust };
};

/** A log of ten lines whose second tells of K1. */
function logOf(changes: Partial<LogStanding> = {}): LogStanding {
  const rootsAt = new Map(Array.from({ length: 11 }, (_, size) => [size, rootOf(size)]));
  return { origin: ORIGIN, size: 10, isWhole: true, rootsAt, keys: [key(K1, 2, 'first')], ...changes };
}

function at(size: number, history = 'main', origin = ORIGIN): Checkpoint {
  return { origin, size, root: rootOf(size, history) };
}

function signedBy(signer: TestKey, checkpoint: Checkpoint): Exclude<FoundCheckpoint, string> {
  const signed = parseSignedCheckpoint(signer.signNote(checkpoint));
  assert.ok(signed !== null);
  return signed;
}

function anchor(checkpoint: Checkpoint, changes: Partial<AnchorClaim> = {}): AnchorClaim {
  return { kind: 'note', by: 'somebody', time: null, checkpoint, note: null, ...changes };
}

function signedAnchor(signer: TestKey, checkpoint: Checkpoint): AnchorClaim {
  return anchor(checkpoint, { note: signedBy(signer, checkpoint).note });
}

interface Given {
  readonly log?: Partial<LogStanding>;
  readonly checkpoint?: FoundCheckpoint;
  readonly anchors?: readonly AnchorClaim[];
  readonly trustedKeys?: readonly string[];
}

/** Given a log with its checkpoint and anchors, when they are judged, then these faults in short. */
function judged(given: Given): readonly string[] {
  return judge(given).faults.map((fault) => {
    if (fault.type === 'not_vouched') return `not_vouched from ${fault.seq}`;
    return fault.type === 'checkpoint_invalid' ? `checkpoint_invalid: ${fault.detail}` : fault.type;
  });
}

function judge({ log, checkpoint = signedBy(K1, at(10)), anchors = [], trustedKeys = [] }: Given) {
  return judgeStanding({ log: logOf(log), checkpoint, anchors, trustedKeys });
}

const UNSIGNED: Given = { log: { keys: [] }, checkpoint: 'missing' };

describe('the verdict', () => {
  test('is the worst that was found, and ANCHORED when nothing was', () => {
    assert.equal(worstVerdict([]), 'ANCHORED');
    assert.equal(worstVerdict(VERDICTS), 'TAMPERED');
    assert.equal(worstVerdict(['UNANCHORED', 'ROLLED_BACK', 'CANNOT_VERIFY']), 'ROLLED_BACK');
  });
  test('each fault of a standing leads to a bad one', () => {
    for (const verdict of Object.values(STANDING_VERDICTS)) {
      assert.ok(VERDICTS.indexOf(verdict) <= VERDICTS.indexOf('CANNOT_VERIFY'));
    }
  });
});

describe('the checkpoint in the folder', () => {
  test('of all lines, signed by the key in force, is in order', () => {
    const { faults, signer } = judge({});
    assert.deepEqual({ faults, signer }, { faults: [], signer: idOf(K1) });
  });
  test('need not be there without a key, and has to with one', () => {
    assert.deepEqual(judged(UNSIGNED), []);
    assert.deepEqual(judged({ checkpoint: 'missing' }), ['checkpoint_missing']);
  });
  test('that cannot be read is told by whoever tried', () => {
    assert.deepEqual(judged({ checkpoint: 'unreadable' }), []);
  });
  test('that is something else is invalid', () => {
    assert.deepEqual(judged({ checkpoint: 'malformed' }), ['checkpoint_invalid: it is no signed checkpoint']);
  });
  test('of another log is invalid', () => {
    const origin = originOf('0'.repeat(32));
    assert.deepEqual(judged({ checkpoint: signedBy(K1, at(10, 'main', origin)) }), [
      `checkpoint_invalid: it is about ${origin}, another log`,
    ]);
  });
  test('signed by another key is invalid, and so is one before the first key', () => {
    const invalid = `checkpoint_invalid: it is not rightly signed by the key in force, ${idOf(K1)}`;
    assert.deepEqual(judged({ checkpoint: signedBy(K2, at(10)) }), [invalid]);
    assert.deepEqual(judged({ checkpoint: signedBy(K1, at(1)) }), [
      'checkpoint_invalid: the log tells of no key that could have signed it',
    ]);
  });
  test('signed by the key that was in force at its size is in order, by a later one not', () => {
    const keys = [key(K1, 2, 'first'), key(K2, 6, 'rotated')];
    assert.deepEqual(judged({ log: { keys }, checkpoint: signedBy(K1, at(5)) }), []);
    assert.deepEqual(judged({ log: { keys }, checkpoint: signedBy(K2, at(6)) }), []);
    assert.equal(judged({ log: { keys }, checkpoint: signedBy(K2, at(5)) }).length, 1);
  });
  test('of more lines than there are was cut below, whoever signed it', () => {
    assert.deepEqual(judged({ checkpoint: signedBy(K1, at(12)) }), ['checkpoint_ahead']);
    assert.deepEqual(judged({ checkpoint: signedBy(K2, at(12)) }), ['checkpoint_ahead']);
    assert.deepEqual(judged({ log: { keys: [] }, checkpoint: signedBy(K1, at(12)) }), ['checkpoint_ahead']);
  });
  test('of more lines that names the key and is not signed by it is invalid', () => {
    const { note } = signedBy(K1, at(12));
    const checkpoint = { ...at(13), note: { ...note, text: `${ORIGIN}\n13\n${rootOf(13)}\n` } };
    assert.equal(judged({ checkpoint }).length, 1);
    assert.match(String(judged({ checkpoint })[0]), /^checkpoint_invalid/);
  });
  test('of more lines says nothing where the log breaks off at a bad line', () => {
    assert.deepEqual(judged({ log: { isWhole: false }, checkpoint: signedBy(K1, at(12)) }), []);
  });
  test('of other lines leaves nothing to vouch for them, but an anchor below', () => {
    const checkpoint = signedBy(K1, at(10, 'other'));
    assert.deepEqual(judged({ checkpoint }), ['not_vouched from 1']);
    assert.deepEqual(judged({ checkpoint, anchors: [anchor(at(4)), anchor(at(10))] }), [
      'not_vouched from 5',
    ]);
  });
});

describe('keys', () => {
  const trustedKeys = [idOf(K1)];
  const rotated = [key(K1, 2, 'first'), key(K2, 6, 'rotated')];
  const replaced = [key(K1, 2, 'first'), key(K2, 6, 'replaced')];

  test('a trusted key that signed, or handed over to the one that did, is in order', () => {
    assert.deepEqual(judged({ trustedKeys }), []);
    assert.deepEqual(judged({ log: { keys: rotated }, checkpoint: signedBy(K2, at(10)), trustedKeys }), []);
  });
  test('a trusted key that did neither is not, although the log names it', () => {
    const checkpoint = signedBy(K2, at(10));
    assert.deepEqual(judged({ trustedKeys: [idOf(K3)] }), ['key_untrusted']);
    assert.deepEqual(judged({ log: { keys: replaced }, checkpoint, trustedKeys }), ['key_untrusted']);
    const later = { log: { keys: rotated }, checkpoint: signedBy(K1, at(5)), trustedKeys: [idOf(K2)] };
    assert.deepEqual(judged(later), ['key_untrusted']);
  });
  test('a trusted key proves nothing where nothing is signed', () => {
    assert.deepEqual(judged({ ...UNSIGNED, trustedKeys }), ['key_unproven']);
    assert.deepEqual(judged({ checkpoint: 'missing', trustedKeys }), ['checkpoint_missing', 'key_unproven']);
  });
  test('of an invalid checkpoint that much is told and no more', () => {
    assert.equal(judged({ checkpoint: 'malformed', trustedKeys }).length, 1);
  });
  test('a key that nobody vouched for is a warning, one with a false claim a fault', () => {
    const checkpoint = signedBy(K2, at(10));
    const { faults, warnings } = judge({ log: { keys: replaced }, checkpoint });
    assert.deepEqual(faults, []);
    assert.deepEqual(warnings, [{ type: 'key_replaced', log: 'events.jsonl', seq: 6, key_id: idOf(K2) }]);
    const keys = [key(K1, 2, 'first'), key(K2, 6, 'invalid')];
    assert.deepEqual(judged({ log: { keys }, checkpoint }), ['key_invalid']);
    assert.deepEqual(judged({ log: { keys }, checkpoint, trustedKeys: [idOf(K2)] }), [
      'key_invalid',
      'key_untrusted',
    ]);
  });
});

describe('anchors', () => {
  const resultsOf = (given: Given) => judge(given).anchors.map(({ result }) => result);

  test('agree, are ahead, conflict or are about another log', () => {
    const anchors = [
      anchor(at(10)),
      anchor(at(0)),
      anchor(at(11)),
      anchor(at(4, 'other')),
      anchor(at(4, 'main', originOf('0'.repeat(32)))),
    ];
    const results = ['consistent', 'consistent', 'ahead', 'conflicting', 'other_log'];
    assert.deepEqual(resultsOf({ anchors }), results);
  });
  test('of this machine about another log tell that this one took its place', () => {
    const other = at(4, 'main', originOf('0'.repeat(32)));
    assert.deepEqual(judged({ ...UNSIGNED, anchors: [anchor(other, { kind: 'user_state' })] }), [
      'not_vouched from 1',
    ]);
    assert.deepEqual(judged({ ...UNSIGNED, anchors: [anchor(other, { kind: 'git_note' })] }), []);
  });
  test('of a log without a line cannot be about another one', () => {
    const log = { origin: null, size: 0, rootsAt: new Map(), keys: [] };
    assert.deepEqual(judged({ log, checkpoint: 'missing', anchors: [anchor(at(4))] }), ['rolled_back']);
  });
  test('ahead mean an older copy, but not where the log breaks off at a bad line', () => {
    assert.deepEqual(judged({ anchors: [anchor(at(11))] }), ['rolled_back']);
    assert.deepEqual(judged({ log: { isWhole: false }, anchors: [anchor(at(11))] }), []);
  });
  test('the largest that agrees is named, of equal ones the latest', () => {
    const times = [null, '2026-02-01T00:00:00Z', '2026-01-01T00:00:00Z', null] as const;
    const anchors = [anchor(at(4)), ...times.map((time) => anchor(at(8), { time })), anchor(at(10, 'other'))];
    assert.deepEqual(judge({ anchors }).anchored, anchors[2]);
    assert.equal(judge({}).anchored, null);
  });
  test('that conflict tell from which line on nothing is vouched for', () => {
    const other = anchor(at(9, 'other'));
    assert.deepEqual(judged({ ...UNSIGNED, anchors: [other] }), ['not_vouched from 1']);
    assert.deepEqual(judged({ ...UNSIGNED, anchors: [anchor(at(3)), other] }), ['not_vouched from 4']);
    assert.deepEqual(judged({ checkpoint: signedBy(K1, at(7)), anchors: [other] }), ['not_vouched from 8']);
    assert.deepEqual(judged({ ...UNSIGNED, anchors: [anchor(at(0, 'other'))] }), ['not_vouched from 1']);
  });
});

describe('a fork', () => {
  const keys = [key(K1, 2, 'first'), key(K2, 6, 'rotated')];
  const checkpoint = signedBy(K2, at(10));

  test('is another history signed by the same key, or by one that handed over to it', () => {
    assert.deepEqual(judged({ anchors: [signedAnchor(K1, at(10, 'other'))] }), ['forked']);
    for (const signer of [K1, K2]) {
      const anchors = [signedAnchor(signer, at(9, 'other'))];
      assert.deepEqual(judged({ log: { keys }, checkpoint, anchors }), ['forked']);
    }
  });
  test('is not what somebody else signed, or nobody', () => {
    const anchors = [signedAnchor(K3, at(9, 'other')), anchor(at(9, 'other'))];
    assert.deepEqual(judged({ anchors }), ['not_vouched from 1', 'not_vouched from 1']);
  });
  test('is not where the own checkpoint ends before, or does not hold', () => {
    const anchors = [signedAnchor(K1, at(9, 'other'))];
    assert.deepEqual(judged({ checkpoint: signedBy(K1, at(8)), anchors }), ['not_vouched from 9']);
    assert.deepEqual(judged({ checkpoint: 'missing', anchors }), [
      'checkpoint_missing',
      'not_vouched from 1',
    ]);
    const conflicting = signedBy(K1, at(10, 'third'));
    assert.deepEqual(judged({ checkpoint: conflicting, anchors }), [
      'not_vouched from 1',
      'not_vouched from 1',
    ]);
  });
  test('is what this machine remembers, if it remembers that key', () => {
    const anchors = [anchor(at(9, 'other'), { kind: 'user_state' })];
    assert.deepEqual(judged({ anchors, trustedKeys: [idOf(K1)] }), ['forked']);
    assert.deepEqual(judged({ anchors }), ['not_vouched from 1']);
  });
});
