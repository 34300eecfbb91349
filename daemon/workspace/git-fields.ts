import { isUtf8 } from 'node:buffer';

/** One NUL-ended field of git's output. */
export interface GitField {
  readonly text: string;
  /** False when the bytes were not UTF-8; `text` then shows each foreign byte as `\xNN`. */
  readonly isUtf8: boolean;
}

/** Splits NUL-separated output; a path is bytes to git, and only the NUL can never be part of one. */
export function splitFields(output: Buffer): readonly GitField[] {
  const fields: GitField[] = [];
  for (let start = 0; start < output.length;) {
    const nul = output.indexOf(0, start);
    const end = nul === -1 ? output.length : nul;
    fields.push(toField(output.subarray(start, end)));
    start = end + 1;
  }
  return fields;
}

function toField(bytes: Buffer): GitField {
  if (isUtf8(bytes)) return { text: bytes.toString('utf8'), isUtf8: true };
  const text = bytes
    .toString('latin1')
    .replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
  return { text, isUtf8: false };
}
