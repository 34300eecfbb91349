import type { Notable } from '../fold/notable.ts';
import { mark, said, type Line } from '../page/page.ts';
import { clockTime } from './amounts.ts';

/** One thing out of the ordinary, in a line. @param place where it is told, if not in the task's own section */
export function notableLine({ tone, label, time, what, detail }: Notable, place: Line): Line {
  const quoted: Line = detail === '' ? ['.'] : ['. “', said(detail), '”'];
  return [mark(tone, label), ` ${clockTime(time)}, `, ...place, `: ${what}`, ...quoted];
}
