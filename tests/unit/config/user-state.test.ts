import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findUserState } from '../../../daemon/config/user-state.ts';

describe('user state folder', () => {
  test('is the one named, else below XDG_STATE_HOME, else the system’s own', () => {
    const env = { REEVE_USER_STATE: '/keys', XDG_STATE_HOME: '/state', HOME: '/home/me' };
    assert.equal(findUserState(env, 'linux'), '/keys');
    assert.equal(findUserState({ ...env, REEVE_USER_STATE: undefined }, 'linux'), '/state/reeve');
    assert.equal(findUserState({ HOME: '/home/me' }, 'linux'), '/home/me/.local/state/reeve');
    assert.equal(
      findUserState({ HOME: '/Users/me' }, 'darwin'),
      '/Users/me/Library/Application Support/reeve',
    );
    assert.equal(findUserState({ LOCALAPPDATA: '/local' }, 'win32'), '/local/reeve');
  });

  test('is none where the user has no home, and never relative to the working directory', () => {
    assert.equal(findUserState({}, 'linux'), null);
    assert.equal(findUserState({}, 'win32'), null);
    assert.equal(
      findUserState({ REEVE_USER_STATE: 'keys', XDG_STATE_HOME: 'state', HOME: '.' }, 'linux'),
      null,
    );
    assert.equal(
      findUserState({ REEVE_USER_STATE: '', HOME: '/home/me' }, 'linux'),
      '/home/me/.local/state/reeve',
    );
  });
});
