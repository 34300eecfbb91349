import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeVectors } from '../../../scripts/vectors/make-vectors.ts';
import { blocksOf, readPage, rowsOf, sectionOf } from './read-page.ts';

const page = readPage('docs/ledger-format.md');
const vectors = makeVectors();

interface Vector {
  readonly name: string;
  readonly change: Readonly<Record<string, string>>;
  readonly expect: { readonly exit: number; readonly verdict: string };
}

interface Notes {
  readonly notes: readonly { readonly note: string }[];
  readonly keys: readonly { readonly vkey: string }[];
  readonly rotations: readonly { readonly message: string }[];
}

function read(name: string): unknown {
  return JSON.parse(vectors.get(name) ?? '{}');
}

describe('docs/ledger-format.md', () => {
  it('shows what is in the vectors', () => {
    const { notes, keys, rotations } = read('notes.json') as Notes;
    const { vectors: archives } = read('archives.json') as { readonly vectors: readonly Vector[] };
    const redacted = archives.find(({ name }) => name === 'a redacted line')?.change ?? {};
    const shown = new Map(blocksOf(page).map(({ language, text }) => [language, text]));
    assert.equal(shown.get('note'), notes[0]?.note);
    assert.equal(shown.get('vkey'), `${keys[1]?.vkey}\n`);
    assert.equal(shown.get('rotation'), rotations[0]?.message);
    assert.equal(shown.get('disclosure'), redacted['disclosure.json']);
    const line = redacted['data/tasks/T-1/events.jsonl']?.split('\n')[2];
    assert.equal(shown.get('redacted'), `${line}\n`);
  });

  it('lists the answers of a verifier as the vectors give them', () => {
    const { vectors: archives } = read('archives.json') as { readonly vectors: readonly Vector[] };
    const told = rowsOf(sectionOf(page, 'What a verifier does')).map(([, answer = '', exit]) => {
      return `${answer.replace(' n', '').replace(' ', '_')} ${exit}`;
    });
    const given = new Set(archives.map(({ expect }) => `${expect.verdict} ${expect.exit}`));
    assert.deepEqual(told.toSorted(), [...given].toSorted());
  });
});
