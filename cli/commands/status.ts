import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Context } from '../context.ts';
import { toEnvelope } from '../envelope.ts';
import { EXIT } from '../exit-codes.ts';
import { countLeftOut, readStatus, type Status } from '../status/read-status.ts';
import { statusLines } from '../status/status-lines.ts';

const REFRESH_MS = 1_000;
/** Cursor home, and clear from there: no flicker, nothing of the scroll-back lost. */
const REDRAW = '\u001b[H\u001b[J';
const CLEAR = '\u001b[2J';

/** `reeve status [--all] [--watch]`: open and newly closed tasks, what runs now, and what waits in the inboxes. */
export async function status(context: Context): Promise<Answer | number> {
  if (context.options.flag('watch')) return watch(context);
  const found = await readStatus(context);
  return { data: found, meta: metaOf(found), text: () => statusLines(found, context) };
}

/** Redraws on a terminal; elsewhere prints again whenever something changed. */
async function watch(context: Context): Promise<number> {
  const { host, json, live, out } = context;
  let shown = '';
  if (live) host.stdout.write(CLEAR);
  while (!host.signal.aborted) {
    const found = await readStatus(context);
    const text = json ? toEnvelope(found, metaOf(found)) : statusLines(found, context).join('\n');
    if (live) host.stdout.write(`${REDRAW}${text}\n`);
    else if (text !== shown) out(text);
    shown = text;
    await sleep(REFRESH_MS, undefined, { signal: host.signal }).catch(() => {});
  }
  return EXIT.interrupted;
}

/** Closed tasks that the answer counts and does not list. */
function metaOf(found: Status): { readonly tasks_left_out: number } {
  return { tasks_left_out: countLeftOut(found) };
}
