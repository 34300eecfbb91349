import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { EVENT_LOGS } from '../../../protocol/generated/event-types.ts';
import { PROBLEM_CODES } from '../../../protocol/problem-codes.ts';
import { REASON_CODES } from '../../../protocol/reason-codes.ts';
import { renderPages } from '../../../scripts/docs/render-pages.ts';
import { REPOSITORY } from '../../../scripts/repository.mjs';
import { readPage, rowsOf, sectionOf } from './read-page.ts';

describe('the reference parts of docs/', () => {
  it('are what the schemas and the code say now', async () => {
    for (const { page, actual, expected } of await renderPages(REPOSITORY))
      assert.ok(actual === expected, `${page} is stale: run npm run verify -- --fix`);
  });

  it('describe every event type and no other, with all its fields', () => {
    const events = sectionOf(readPage('docs/events.md'), 'Event types');
    const described = [...events.matchAll(/^### (\S+)$/gm)].map(([, type]) => type);
    assert.deepEqual(described, Object.keys(EVENT_LOGS));
    assert.deepEqual(
      described,
      readdirSync(join(REPOSITORY, 'schemas/events'))
        .toSorted()
        .map((name) => name.replace('.schema.json', '')),
    );
    const fields = rowsOf(sectionOf(events, 'task.closed')).map(([field]) => field);
    assert.deepEqual(fields, ['final_status', 'reason_code', 'detail']);
  });

  it('link every shape they use to its description', () => {
    const page = readPage('docs/events.md');
    const used = new Set([...page.matchAll(/\]\(#([a-z0-9]+)\)/g)].map(([, anchor]) => anchor));
    const shapes = [...sectionOf(page, 'Shared shapes').matchAll(/^### (\S+)$/gm)].map(([, name]) => name);
    assert.deepEqual([...used].toSorted(), shapes.map((name) => String(name).toLowerCase()).toSorted());
  });

  it('list every reason code with what follows from it', () => {
    const rows = rowsOf(sectionOf(readPage('docs/protocol.md'), 'Reason codes'));
    assert.deepEqual(
      rows.map(([code]) => code),
      Object.keys(REASON_CODES),
    );
    assert.deepEqual(rows.find(([code]) => code === 'INTERRUPTED')?.slice(1, 4), [
      'infrastructure',
      'yes',
      'no',
    ]);
  });

  it('list every problem code', () => {
    const rows = rowsOf(sectionOf(readPage('docs/errors.md'), 'Reasons why a document is refused'));
    assert.deepEqual(
      rows.map(([code]) => code),
      Object.keys(PROBLEM_CODES),
    );
  });
});
