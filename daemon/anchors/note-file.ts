import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { parseBase64 } from '../../protocol/base64.ts';
import { parseCheckpoint, parseSignedCheckpoint } from '../../protocol/checkpoint.ts';
import { ReeveError } from '../../protocol/errors.ts';
import type { Anchor } from '../ports/anchors.ts';
import { readSmallFile, type SmallFile } from './read-small-file.ts';

/**
 * Reads notes that somebody kept elsewhere, each from its file or, for `-`, from standard input: the three lines of a
 * checkpoint, or a whole signed note. Line ends of any kind and blank space around lines are put up with, as a note
 * may have come by mail.
 *
 * @param files absolute paths, or `-`
 * @throws ReeveError USAGE with every problem of every file
 */
export async function readNoteFiles(files: readonly string[]): Promise<readonly Anchor[]> {
  const anchors: Anchor[] = [];
  const problems: string[] = [];
  for (const file of files) {
    const by = file === '-' ? 'standard input' : file;
    const content = await readNote(file);
    const anchor = 'problem' in content ? null : parseNoteFile(content.bytes.toString('utf8'), by);
    if (anchor !== null) anchors.push(anchor);
    else if ('problem' in content) problems.push(`${by} ${content.problem}`);
    else problems.push(...noteProblems(content.bytes.toString('utf8')).map((problem) => `${by}: ${problem}`));
  }
  if (problems.length === 0) return anchors;
  throw new ReeveError('USAGE', `An anchor cannot be used: ${problems.join('; ')}.`, {
    hint: 'An anchor is the note that reeve export and reeve anchor note print: three lines, or the signed note.',
    details: { problems },
  });
}

const MAX_BYTES = 65_536;

async function readNote(file: string): Promise<SmallFile> {
  const content =
    file === '-'
      ? await readStandardInput()
      : await readSmallFile(file, { maxBytes: MAX_BYTES, isOwn: false });
  return 'bytes' in content && !isUtf8(content.bytes) ? { problem: 'is not text in UTF-8' } : content;
}

async function readStandardInput(): Promise<SmallFile> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of createReadStream('', { fd: 0, autoClose: false })) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > MAX_BYTES) return { problem: `is larger than ${MAX_BYTES} bytes` };
    }
    return { bytes: Buffer.concat(chunks) };
  } catch {
    return { problem: 'cannot be read' };
  }
}

function parseNoteFile(content: string, by: string): Anchor | null {
  const text = tidy(content);
  const signed = parseSignedCheckpoint(text);
  if (signed !== null) {
    const { note, ...checkpoint } = signed;
    return { kind: 'note', by, time: null, checkpoint, note };
  }
  const checkpoint = parseCheckpoint(text);
  return checkpoint === null ? null : { kind: 'note', by, time: null, checkpoint, note: null };
}

function tidy(content: string): string {
  const lines = content.split(/\r\n|\r|\n/);
  return `${lines
    .map((line) => line.trim())
    .join('\n')
    .trim()}\n`;
}

/** Everything that keeps a text from being a note. */
function noteProblems(content: string): readonly string[] {
  const text = tidy(content);
  const [origin = '', size = '', root = '', ...rest] = text.slice(0, -1).split('\n');
  const problems = [
    [/^reeve\/[0-9a-f]{32}$/.test(origin), 'its first line is not reeve/ and the 32 digits of a log id'],
    [/^(0|[1-9][0-9]{0,14})$/.test(size), 'its second line is not a number of lines'],
    [parseBase64(root)?.length === 32, 'its third line is not 32 bytes in base64'],
    [
      rest.length === 0 || parseSignedCheckpoint(text) !== null,
      'what follows its third line is not an empty line and signatures',
    ],
  ] as const;
  return problems.filter(([holds]) => !holds).map(([, problem]) => problem);
}
