import type { CriteriaList, Criterion } from '../generated/types.ts';
import { pointerTo } from '../json-pointer.ts';
import { nearestName } from '../nearest-name.ts';
import type { PackSource, Sourced } from './pack-source.ts';

const PREFIX = /^(AC[-_]?\d{1,9}):/;

/** Reads the criteria: text verbatim with its prefix; the id from the prefix, else `AC` and the position from 1. */
export function readCriteria(source: PackSource): Sourced<readonly Criterion[]> {
  const { document } = source;
  const criteria = source.read(
    [
      { pointer: '/acceptance/criteria', raw: document.acceptance?.criteria },
      { pointer: '/acceptance/AC', raw: document.acceptance?.AC },
      { pointer: '/acceptance_criteria', raw: document.acceptance_criteria },
      { pointer: '/AC', raw: document.AC },
    ],
    (raw) => raw.map(toCriterion),
  );
  if (criteria.value === null && criteria.isSound) {
    const hint = 'As in ["AC1: docs/hello.md exists."].';
    source.report('MISSING', '/acceptance_criteria', 'At least one acceptance criterion is needed.', hint);
  }
  reportDuplicateIds(
    source,
    criteria.pointer,
    (criteria.value ?? []).map(({ id }) => id),
  );
  return criteria;
}

function toCriterion(raw: CriteriaList[number], index: number): Criterion {
  if (typeof raw !== 'string') return { id: raw.id, text: raw.text };
  return { id: PREFIX.exec(raw)?.[1] ?? `AC${index + 1}`, text: raw };
}

/** Reports every id of a list that an earlier entry has. */
export function reportDuplicateIds(source: PackSource, pointer: string, ids: readonly string[]): void {
  for (const [index, id] of ids.entries()) {
    const first = ids.indexOf(id);
    if (first === index) continue;
    source.report('DUPLICATE_ID', pointerTo(pointer, index), `${id} is also the id of entry ${first}.`);
  }
}

/** Reports every name in a list of criteria that no criterion has; says nothing when the criteria are unsound. */
export function reportUnknownCriteria(
  source: PackSource,
  pointer: string,
  named: readonly string[],
  criteria: Sourced<readonly Criterion[]>,
): void {
  const ids = criteria.value?.map(({ id }) => id) ?? [];
  if (!criteria.isSound || ids.length === 0) return;
  for (const [index, name] of named.entries()) {
    if (ids.includes(name)) continue;
    const nearest = nearestName(name, ids);
    const hint = nearest === null ? `Known: ${ids.join(', ')}.` : `Did you mean ${nearest}?`;
    source.report(
      'UNKNOWN_CRITERION',
      pointerTo(pointer, index),
      `No criterion is called ${JSON.stringify(name)}.`,
      hint,
    );
  }
}
