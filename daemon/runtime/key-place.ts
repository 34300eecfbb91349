import type { Config } from '../config/config.ts';
import type { KeyPlace } from '../signing/key-place.ts';

/** Where the keys are that sign for a data root; null where this user has no place for them. */
export function keyPlaceOf({
  userState,
  repository,
  paths,
}: Pick<Config, 'userState' | 'repository' | 'paths'>): KeyPlace | null {
  return userState === null ? null : { userState, outside: [repository, paths.root] };
}
