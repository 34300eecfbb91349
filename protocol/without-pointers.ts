import { pointerTo } from './json-pointer.ts';

/** Copies a JSON value without the object members that the given JSON pointers name. */
export function withoutPointers(value: unknown, pointers: ReadonlySet<string>, at = ''): unknown {
  if (pointers.size === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return value.map((item, index) => withoutPointers(item, pointers, pointerTo(at, index)));
  const members: readonly (readonly [string, unknown])[] = Object.entries(value);
  const kept = members
    .map(([key, member]) => ({ key, member, pointer: pointerTo(at, key) }))
    .filter(({ pointer }) => !pointers.has(pointer));
  return Object.fromEntries(
    kept.map(({ key, member, pointer }) => [key, withoutPointers(member, pointers, pointer)]),
  );
}
