import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findChainBreak, type ChainLink } from '../../../protocol/chain.ts';
import { sha256Hex } from '../../../protocol/digest.ts';
import { isEventType, logOf } from '../../../protocol/events.ts';

const first: ChainLink = { log_id: 'a', seq: 1, id: '1', event_hash: 'h1', prev_event_hash: null };
const second: ChainLink = { log_id: 'a', seq: 2, id: '2', event_hash: 'h2', prev_event_hash: 'h1' };

describe('findChainBreak', () => {
  it('lets a genesis begin a log', () => assert.equal(findChainBreak(null, first), null));
  it('lets a line follow its predecessor', () => assert.equal(findChainBreak(first, second), null));

  const breaks = [
    ['seq_gap', 'a first line that is not number 1', null, { ...first, seq: 2 }],
    ['link_broken', 'a first line with a predecessor', null, { ...first, prev_event_hash: 'h0' }],
    ['wrong_log_id', 'a line of another log', first, { ...second, log_id: 'b' }],
    ['seq_gap', 'a gap', first, { ...second, seq: 3 }],
    ['seq_gap', 'a repetition', first, { ...second, seq: 1 }],
    ['link_broken', 'a line after another predecessor', first, { ...second, prev_event_hash: 'h0' }],
    ['link_broken', 'a second genesis', first, { ...second, prev_event_hash: null }],
    ['id_not_increasing', 'a repeated id', first, { ...second, id: '1' }],
    ['id_not_increasing', 'an older id', first, { ...second, id: '0' }],
  ] as const;
  for (const [fault, name, previous, next] of breaks) {
    it(`tells ${name}: ${fault}`, () => assert.equal(findChainBreak(previous, next), fault));
  }
});

describe('sha256Hex', () => {
  it('gives the digests of FIPS 180-4', () => {
    assert.equal(sha256Hex('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    assert.equal(
      sha256Hex(new Uint8Array()),
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });
  it('hashes a string as UTF-8', () => assert.equal(sha256Hex('é'), sha256Hex(Buffer.from('é', 'utf8'))));
});

describe('events', () => {
  it('knows the types of the catalogue and their logs', () => {
    assert.equal(isEventType('task.opened'), true);
    assert.equal(isEventType('task.vanished'), false);
    assert.equal(isEventType('toString'), false);
    assert.equal(logOf('task.opened'), 'task');
    assert.equal(logOf('head.committed'), 'project');
  });
});
