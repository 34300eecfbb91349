import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerEvent } from '../../protocol/events.ts';
import type { Queries } from '../../daemon/ports/services.ts';
import type { Context } from '../context.ts';
import { toEnvelopeEnd } from '../envelope.ts';
import { EXIT } from '../exit-codes.ts';
import { usage } from '../options.ts';
import { createEventLines } from '../render/event-lines.ts';
import { openQueries } from '../services.ts';

/** How often the ledger is read again while following, in milliseconds. */
const LOOK_AGAIN_MS = 500;
const EVENT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** `reeve events`: the events of all logs in order; one envelope with `--json`, one event per line when following. */
export async function events(context: Context): Promise<number> {
  const { host, options, json } = context;
  const queries = await openQueries(await context.config());
  const follow = options.flag('follow');
  const found = readEvents(queries, {
    project: options.text('project'),
    since: readSince(options.text('since')),
    follow,
    signal: host.signal,
  });
  if (json && !follow) await printEnvelope(context, found);
  else await printLines(context, found);
  return host.signal.aborted ? EXIT.interrupted : EXIT.ok;
}

interface Since {
  /** An event id. */
  readonly after: string | null;
  /** Events to pass over. */
  readonly skip: number;
}

function readSince(text: string | undefined): Since {
  if (text === undefined) return { after: null, skip: 0 };
  if (EVENT_ID.test(text)) return { after: text, skip: 0 };
  if (/^\d{1,15}$/.test(text)) return { after: null, skip: Number(text) };
  throw usage(`--since ${text} is neither a number nor an event id.`);
}

async function* readEvents(
  queries: Queries,
  options: {
    readonly project: string | undefined;
    readonly since: Since;
    readonly follow: boolean;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<LedgerEvent> {
  const { project, since, follow, signal } = options;
  let { after } = since;
  let { skip } = since;
  do {
    const scope = project === undefined ? { after } : { after, projectId: project };
    for await (const event of queries.allEvents(scope)) {
      if (signal.aborted) return;
      after = event.id;
      if (skip > 0) skip -= 1;
      else yield event;
    }
    if (follow) await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
  } while (follow && !signal.aborted);
}

async function printLines(context: Context, found: AsyncIterable<LedgerEvent>): Promise<void> {
  const toLine = createEventLines(context.paint, { showTask: true });
  for await (const event of found) context.out(context.json ? JSON.stringify(event) : toLine(event));
}

/** The envelope is written as it is read: a ledger may hold more events than memory. */
async function printEnvelope(context: Context, found: AsyncIterable<LedgerEvent>): Promise<void> {
  const { host } = context;
  let count = 0;
  let last: string | null = null;
  host.stdout.write('{"data":[');
  for await (const event of found) {
    host.stdout.write(`${count === 0 ? '' : ','}${JSON.stringify(event)}`);
    count += 1;
    last = event.id;
  }
  host.stdout.write(`],${toEnvelopeEnd({ count, last_event_id: last })}\n`);
}
