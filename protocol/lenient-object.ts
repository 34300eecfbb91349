import { canonicalJson } from './canonical-json.ts';
import { isAtOrBelow } from './json-pointer.ts';
import { createProblem } from './problem-codes.ts';
import type { Problem } from './problem.ts';

export type LenientObject = Readonly<Record<string, unknown>>;

/** An object whose older key names were replaced by the present ones. */
export interface RenamedObject {
  readonly object: LenientObject;
  /** ALIAS_CONFLICT for every fact whose two names hold different values. */
  readonly problems: readonly Problem[];
  /** Where a pointer into the renamed object points in the document as it was written. */
  locate(pointer: string): string;
}

/** Tells whether a parsed JSON value is an object. */
export function isObject(value: unknown): value is LenientObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Replaces older key names of an object, given as `{older: present}`. */
export function renameKeys(document: LenientObject, names: Readonly<Record<string, string>>): RenamedObject {
  const members = new Map(Object.entries(document));
  const problems: Problem[] = [];
  const moved: (readonly [present: string, older: string])[] = [];
  for (const [older, present] of Object.entries(names)) {
    if (!members.has(older)) continue;
    const value = members.get(older);
    members.delete(older);
    if (!members.has(present)) {
      members.set(present, value);
      moved.push([`/${present}`, `/${older}`]);
    } else if (canonicalJson(members.get(present)) !== canonicalJson(value)) {
      const message = `/${older} and /${present} say different things.`;
      problems.push(
        createProblem('ALIAS_CONFLICT', `/${older}`, message, 'Keep one of them, or make them equal.'),
      );
    }
  }
  return {
    object: Object.fromEntries(members),
    problems,
    locate(pointer) {
      const move = moved.find(([present]) => isAtOrBelow(pointer, present));
      return move === undefined ? pointer : move[1] + pointer.slice(move[0].length);
    },
  };
}

/** Fills in members that are absent from an object; anything else is left for its schema to refuse. */
export function withDefaults(value: unknown, defaults: LenientObject): unknown {
  return isObject(value) ? { ...defaults, ...value } : value;
}

/** Maps the items of a list; anything else is left for its schema to refuse. */
export function mapList(value: unknown, map: (item: unknown) => unknown): unknown {
  return Array.isArray(value) ? value.map(map) : value;
}
