import { findChainBreak, type ChainPoint } from '../../protocol/chain.ts';
import { parseRedactedLine, type RedactedLine } from '../../protocol/redacted-line.ts';
import type { ContentFault } from './verify-content.ts';

/**
 * Checks a line that stands in for a redacted one: that it was disclosed, and its place in the chain.
 *
 * Null where the line is no such line. Its own hash covers what is gone; the line after it, or a head, vouches for it.
 *
 * @param taskId null in a project log, whose lines are refused elsewhere
 * @param previous as in `checkLinkedLine`
 */
export function checkRedactedLine(
  text: string,
  disclosed: ReadonlySet<number>,
  taskId: string | null,
  previous: ChainPoint | null | undefined,
): RedactedLine | ContentFault | null {
  const line = parseRedactedLine(text);
  if (line === null) return null;
  if (line.v !== 1) return { why: 'unknown_version', detail: 'its version is not known to this Reeve' };
  const chainBreak = previous === undefined ? null : findChainBreak(previous, line);
  if (chainBreak !== null) return { why: chainBreak, detail: 'it does not follow the line before it' };
  if (line.task_id !== (taskId ?? undefined))
    return { why: 'wrong_log', detail: 'it belongs to another log' };
  if (disclosed.has(line.seq)) return line;
  return { why: 'redacted', detail: 'it was redacted, and disclosure.json does not say so' };
}
