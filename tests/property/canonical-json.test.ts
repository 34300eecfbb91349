import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson, parseCanonical } from '../../protocol/canonical-json.ts';
import { findChainBreak } from '../../protocol/chain.ts';
import { buildEventLine, parseEventLine } from '../../protocol/event-line.ts';
import { sliceEventLine } from '../../protocol/event-slices.ts';
import type { EventDraft, LedgerEvent } from '../../protocol/events.ts';

/** Any JSON value, with keys that tempt: indexes, prototypes, unsorted, beyond ASCII. */
const json = fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' });
const keyed = fc.dictionary(
  fc.oneof(
    fc.constantFrom('10', '9', '__proto__', 'toJSON', 'constructor', 'é', '😀', 'ﬁ', ''),
    fc.string({ unit: 'grapheme' }),
  ),
  json,
);

describe('canonical JSON', () => {
  it('is what the reference implementation writes', () => {
    fc.assert(
      fc.property(fc.oneof(json, keyed), (value) => assert.equal(canonicalJson(value), canonicalize(value))),
    );
  });

  it('is read back as the value it was written from, and written again the same', () => {
    fc.assert(
      fc.property(keyed, (value) => {
        const text = canonicalJson(value);
        assert.equal(canonicalJson(parseCanonical(text)), text);
        assert.deepEqual(parseCanonical(text), JSON.parse(text));
      }),
    );
  });

  it('is refused after any change of spelling that keeps its meaning', () => {
    fc.assert(
      fc.property(keyed, fc.nat(), (value, n) => {
        const text = canonicalJson({ a: 1, z: value });
        const places = [...text.matchAll(/[,:{}]/g)].map(({ index }) => index);
        const at = places[n % places.length] ?? 0;
        const spaced = `${text.slice(0, at)} ${text.slice(at)}`;
        if (JSON.stringify(tryParse(spaced)) !== JSON.stringify(JSON.parse(text))) return;
        assert.throws(() => parseCanonical(spaced), { code: 'LINE_INVALID' });
      }),
    );
  });
});

describe('event lines', () => {
  const data = keyed.filter((value) => !/event_hash/.test(JSON.stringify(value)));

  it('are built, sliced, parsed and linked without loss', () => {
    fc.assert(
      fc.property(
        fc.array(data, { minLength: 1, maxLength: 6 }),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }),
        (all, id) => {
          let previous: LedgerEvent | null = null;
          for (const [index, value] of all.entries()) {
            const place = {
              log_id: 'ab'.repeat(16),
              seq: index + 1,
              prev_event_hash: previous?.event_hash ?? null,
              project_id: 'p',
              ...(index % 2 === 0 ? { task_id: 'T-1' } : {}),
            };
            const stamp = {
              id: `01890a5d-ac96-774b-bcce-b302099a805${index}`,
              time: '2026-02-19T12:00:00.000Z',
            };
            const draft = { type: 'step.reset', data: value, ...(index % 3 === 0 ? { run_id: 'r' } : {}) };
            const { event, text }: { event: LedgerEvent; text: string } = buildEventLine(
              place,
              stamp,
              { kind: 'tool', id },
              draft as unknown as EventDraft,
            );
            const parsed = parseEventLine(text);
            assert.deepEqual(parsed, event);
            assert.deepEqual(parsed, JSON.parse(text));
            assert.equal(sliceEventLine(text)?.event_hash, event.event_hash);
            assert.equal(findChainBreak(previous, parsed), null);
            assert.equal(canonicalJson(parsed), text);
            previous = parsed;
          }
        },
      ),
    );
  });
});

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
