import canonicalize from 'canonicalize';
import { ReeveError } from './errors.ts';

/** Deepest nesting of objects and arrays that canonical JSON may have here; the value itself is at depth 1. */
export const MAX_JSON_DEPTH = 64;

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A value beside its one canonical spelling. */
export interface CanonicalForm {
  /** A private copy with sorted keys: exactly what parsing `text` gives. */
  readonly value: JsonValue;
  /** RFC 8785. */
  readonly text: string;
}

/**
 * Writes a value as canonical JSON (RFC 8785).
 *
 * Members that are `undefined` are left out, as JSON.stringify does.
 *
 * @throws ReeveError LINE_INVALID for what JSON cannot carry exactly: NaN, infinities, lone surrogates, functions,
 *   class instances, holes in arrays, cycles and nesting deeper than {@link MAX_JSON_DEPTH}
 */
export function canonicalJson(value: unknown): string {
  return toCanonical(value).text;
}

/**
 * Copies a value into its canonical form.
 *
 * @throws ReeveError LINE_INVALID as {@link canonicalJson}
 */
export function toCanonical(value: unknown): CanonicalForm {
  const copying = { hasIndexKey: false };
  const copy = copySorted(value, copying, 1);
  const text = JSON.stringify(copy);
  // JSON.stringify of a sorted copy is RFC 8785 but for two cases: keys like "10", which objects list first, and
  // lone surrogates, which it escapes. The reference implementation is several times slower and decides those.
  return { value: copy, text: copying.hasIndexKey || text.includes('\\ud') ? reference(copy) : text };
}

/**
 * Parses a text that must be canonical JSON, byte for byte.
 *
 * @throws ReeveError LINE_INVALID for anything else: other spacing, order, escapes or number forms, duplicate keys,
 *   deep nesting
 */
export function parseCanonical(text: string): JsonValue {
  const value = parseJson(text);
  // Most texts are canonical, and this much is quickly seen; whatever is not gets the full treatment.
  if (isSorted(value, 1) && JSON.stringify(value) === text && !text.includes('\\ud')) return value;
  const form = toCanonical(value);
  if (form.text !== text) throw invalid('it is JSON, but not in canonical form (RFC 8785)');
  return form.value;
}

interface Copying {
  /** Whether some key begins with a digit, so that an object may not keep its sorted order. */
  hasIndexKey: boolean;
}

function copySorted(value: unknown, copying: Copying, depth: number): JsonValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw invalid(`JSON has no number ${value}`);
      // JSON writes -0 as 0.
      return value === 0 ? 0 : value;
    case 'object':
      if (value === null) return null;
      if (depth > MAX_JSON_DEPTH) throw invalid(`it is nested deeper than ${MAX_JSON_DEPTH} levels`);
      return Array.isArray(value) ? copyArray(value, copying, depth) : copyObject(value, copying, depth);
    case 'undefined':
    case 'bigint':
    case 'function':
    case 'symbol':
      throw invalid(`JSON has no ${typeof value}`);
  }
}

function copyArray(values: readonly unknown[], copying: Copying, depth: number): JsonValue {
  const copy: JsonValue[] = [];
  // Not map: it would skip holes instead of refusing them.
  for (const value of values) copy.push(copySorted(value, copying, depth + 1));
  return copy;
}

function copyObject(object: object, copying: Copying, depth: number): JsonValue {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw invalid('only plain objects are JSON');
  const copy: Record<string, JsonValue> = {};
  const members = object as Readonly<Record<string, unknown>>;
  for (const key of sortedKeys(members)) {
    const member = members[key];
    if (member === undefined) continue;
    if (startsWithDigit(key)) copying.hasIndexKey = true;
    // Threat: plain assignment would set the copy's prototype and lose the member.
    if (key === '__proto__') defineMember(copy, key, copySorted(member, copying, depth + 1));
    else copy[key] = copySorted(member, copying, depth + 1);
  }
  return copy;
}

/**
 * Sorted by UTF-16 code units, as RFC 8785 demands and `<` on strings compares.
 *
 * By insertion while there are few: Array.sort on a dozen keys costs as much as all the rest of copying them.
 */
function sortedKeys(object: object): readonly string[] {
  const keys = Object.keys(object);
  if (keys.length > MAX_INSERTED) return keys.sort();
  for (let index = 1; index < keys.length; index += 1) insertSorted(keys, index);
  return keys;
}

/** Moves one key to its place among those before it, which are sorted. */
function insertSorted(keys: string[], index: number): void {
  const key = String(keys[index]);
  let at = index;
  for (; at > 0 && String(keys[at - 1]) > key; at -= 1) keys[at] = String(keys[at - 1]);
  keys[at] = key;
}

const MAX_INSERTED = 32;

/** Tells whether a value fresh from JSON.parse has sorted keys and no more than the permitted depth. */
function isSorted(value: JsonValue, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth > MAX_JSON_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item: JsonValue) => isSorted(item, depth + 1));
  const members = value as Readonly<Record<string, JsonValue>>;
  let previous = '';
  for (const key of Object.keys(members)) {
    if (key < previous || !isSorted(members[key] ?? null, depth + 1)) return false;
    previous = key;
  }
  return true;
}

function startsWithDigit(key: string): boolean {
  const code = key.charCodeAt(0);
  return code >= 48 && code <= 57;
}

function defineMember(copy: Record<string, JsonValue>, key: string, value: JsonValue): void {
  Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
}

function reference(copy: JsonValue): string {
  try {
    return String(canonicalize(copy));
  } catch (cause) {
    throw invalid('a string holds half of a surrogate pair, which no UTF-8 text can carry', cause);
  }
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw invalid('it is not JSON', cause);
  }
}

function invalid(reason: string, cause?: unknown): ReeveError {
  return new ReeveError('LINE_INVALID', `Not canonical JSON: ${reason}.`, {
    cause,
    hint: 'Store such content as an artifact and refer to it by digest.',
  });
}
