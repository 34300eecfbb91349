import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { startHttp } from '../../helpers/http-fixture.ts';
import type { HttpFixture } from '../../helpers/http-fixture.ts';
import { readSse } from '../../helpers/sse-reader.ts';

/** What happens while a client is connected: it leaves after so many messages. */
const connections = fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 8 });
/** How many events come at once, turn after turn; more at once than the backlog holds among them. */
const bursts = fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 20 });

test('a client that disconnects at random sees every event once, in order', async (t) => {
  const http = await startHttp(t, { streamBacklog: 3 });
  let produced = 0;
  http.services.pace = async () => {
    if (produced % 3 === 0) await setImmediate();
  };
  await fc.assert(
    fc.asyncProperty(connections, bursts, fc.boolean(), async (leavings, waves, usesHeader) => {
      const from = http.services.events.length;
      const producing = produce(waves);
      const seen: string[] = [];
      let last = http.services.events[from - 1]?.id ?? null;
      for (const count of leavings)
        last = await connectFor(http, last, { count, usesHeader, follow: true }, seen);
      await producing;
      await connectFor(http, last, { count: Infinity, usesHeader, follow: false }, seen);
      assert.deepEqual(
        seen,
        http.services.events.slice(from).map(({ id }) => id),
      );
    }),
    { numRuns: 40 },
  );

  async function produce(waves: readonly number[]): Promise<void> {
    for (const wave of waves) {
      await setImmediate();
      for (let n = 0; n < wave; n += 1) http.services.announce(`T${(produced += 1) % 4}`);
    }
    // Enough for every connection to reach its count.
    for (let n = 0; n < 120; n += 1) {
      if (n % 5 === 0) await setImmediate();
      http.services.announce(`T${(produced += 1) % 4}`);
    }
  }
});

interface Connection {
  /** How many messages the client takes before it leaves. */
  readonly count: number;
  readonly usesHeader: boolean;
  readonly follow: boolean;
}

/** Connects after an id, notes the ids that come, leaves, and gives the last id noted. */
async function connectFor(
  http: HttpFixture,
  last: string | null,
  { count, usesHeader, follow }: Connection,
  seen: string[],
): Promise<string | null> {
  const aborter = new AbortController();
  const query = last === null || usesHeader ? '' : `&after=${last}`;
  const headers: Record<string, string> = last !== null && usesHeader ? { 'last-event-id': last } : {};
  const response = await http.fetch(`/api/v1/events?follow=${follow}${query}`, {
    headers,
    signal: aborter.signal,
  });
  assert.equal(response.status, 200);
  let taken = 0;
  let newest = last;
  if (count > 0) {
    for await (const { id } of readSse(response)) {
      if (id === undefined) continue;
      seen.push(id);
      newest = id;
      taken += 1;
      if (taken >= count) break;
    }
  }
  aborter.abort();
  return newest;
}
