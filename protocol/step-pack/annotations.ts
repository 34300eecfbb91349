import { canonicalJson } from '../canonical-json.ts';
import { KNOWN_KEYS } from '../generated/known-keys.ts';
import { pointerTo } from '../json-pointer.ts';
import { nearestName } from '../nearest-name.ts';
import type { PackSource } from './pack-source.ts';

/**
 * Collects top-level keys that Reeve does not know, with a warning each, beside the annotations that were given.
 *
 * A key that is present in both places must hold the same value.
 */
export function readAnnotations(source: PackSource): Readonly<Record<string, unknown>> {
  const given = source.read([{ pointer: '/annotations', raw: source.document.annotations }], (raw) => raw);
  const known: readonly string[] = KNOWN_KEYS.StepPackDocument[''];
  const members = new Map(Object.entries(given.value ?? {}));
  for (const [key, value] of Object.entries(source.document)) {
    if (known.includes(key)) continue;
    const shown = JSON.stringify(key.slice(0, 100));
    const nearest = nearestName(key, known);
    const hint = nearest === null ? undefined : `Did you mean ${nearest}?`;
    source.warn(
      'UNKNOWN_KEY',
      pointerTo('', key),
      `The key ${shown} is not known; it is kept as a note.`,
      hint,
    );
    if (members.has(key) && canonicalJson(members.get(key)) !== canonicalJson(value)) {
      const message = `${shown} differs from the annotation of the same name.`;
      source.report('ALIAS_CONFLICT', pointerTo('', key), message);
    }
    members.set(key, value);
  }
  // Not an object literal: a member named __proto__ must stay a member.
  return Object.fromEntries(members);
}
