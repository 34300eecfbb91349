import assert from 'node:assert/strict';
import test from 'node:test';
import { hintFor, isRepositoryFailure } from '../../../daemon/workspace/git-failure.ts';

const complaints: Readonly<Record<string, RegExp>> = {
  "fatal: detected dubious ownership in repository at '/x'": /safe\.directory/,
  'error: unable to write file: No space left on device': /make room/,
  'fatal: could not create leading directories of x: Read-only file system': /write into the \.git folder/,
  "fatal: Unable to create '/x/.git/index.lock': File exists.": /remove the \.lock/,
  "error: external filter 'git-lfs filter-process' failed": /git lfs install/,
  "fatal: not a valid object name: 'x'": /--unshallow/,
  'fatal: something new': /git fsck/,
};

for (const [complaint, hint] of Object.entries(complaints)) {
  test(`has an answer to "${complaint}"`, () => assert.match(hintFor(complaint), hint));
}

test("tells the repository's trouble from a worker's unreadable file", () => {
  assert.equal(
    isRepositoryFailure('error: insufficient permission for adding an object to repository database'),
    true,
  );
  assert.equal(
    isRepositoryFailure('error: open("x"): Permission denied\nerror: unable to index file \'x\''),
    false,
  );
});
