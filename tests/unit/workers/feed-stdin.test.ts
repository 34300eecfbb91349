import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { feedStdin } from '../../../daemon/workers/feed-stdin.ts';

test('takes a reader that went away for no error', async () => {
  const stdin = new Writable({ write: (_chunk, _encoding, done) => done(new Error('write EPIPE')) });
  feedStdin(stdin, 'brief');
  await new Promise((resolve) => stdin.on('close', resolve));
  assert.equal(stdin.destroyed, true);
});
