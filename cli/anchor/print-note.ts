import { formatCheckpoint } from '../../protocol/checkpoint.ts';
import { readCheckpointFile } from '../../daemon/ledger/checkpoint-file.ts';
import type { Answer, Context } from '../context.ts';
import { newestCheckpoint } from './newest-checkpoint.ts';
import { readStanding } from './read-standing.ts';

/**
 * `reeve anchor note`: the three lines to keep elsewhere, and nothing else on stdout; with `--signed` the whole signed
 * note. Without `--signed` it only reads.
 */
export async function printNote(context: Context): Promise<Answer> {
  const note = context.options.flag('signed')
    ? (await newestCheckpoint(context)).text
    : await plainNote(context);
  const [origin = '', size = '', root = ''] = note.split('\n');
  return {
    data: { origin, size: Number(size), root, note },
    text: () => note.slice(0, -1).split('\n'),
  };
}

/**
 * Prefers what was signed, which covers only lines that are on disk: the last lines in the file may still be lost in a
 * crash, and a note of them would then look like a ledger that was rolled back.
 */
async function plainNote(context: Context): Promise<string> {
  const { folder, checkpoint } = await readStanding(context);
  const signed = readCheckpointFile(folder);
  return signed === null ? formatCheckpoint(checkpoint) : signed.note.text;
}
