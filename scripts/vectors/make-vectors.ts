import { anchorCases, keyCases } from './anchor-cases.ts';
import { BASES, type ArchiveCase } from './archive-case.ts';
import { disclosureCases } from './disclosure-cases.ts';
import type { Files } from './lay-archive.ts';
import { lineCases, lineFaultCases } from './line-faults.ts';
import { merkleVectors } from './merkle-vectors.ts';
import { noteVectors } from './note-vectors.ts';
import { segmentCases } from './segment-cases.ts';
import { sealCases } from './seal-cases.ts';
import { carelessCases, coveredUpCases } from './tamper-cases.ts';

/** Makes the vectors: the text of each file, by name. */
export function makeVectors(): ReadonlyMap<string, string> {
  const cases = [
    ...carelessCases(),
    ...coveredUpCases(),
    ...sealCases(),
    ...anchorCases(),
    ...keyCases(),
    ...disclosureCases(),
    ...segmentCases(),
    ...lineFaultCases(),
  ];
  const bases = { signed: toTexts(BASES.signed), unsigned: toTexts(BASES.unsigned) };
  const lines = lineCases().map((each) => ({ ...each, line: toText(each.line) }));
  return new Map([
    ['archives.json', format({ bases, vectors: cases.map(toVector) })],
    ['lines.json', format({ lines })],
    ['merkle.json', format(merkleVectors())],
    ['notes.json', format(noteVectors())],
  ]);
}

type Text = string | { readonly base64: string };

/** An archive told by what differs from its base; null where a file is not there. */
function toVector({ name, describe, base, files, anchor, key, expect }: ArchiveCase): unknown {
  const own = BASES[base];
  const change: Record<string, Text | null> = {};
  for (const path of [...new Set([...own.keys(), ...files.keys()])].sort()) {
    const content = files.get(path);
    if (content === undefined) change[path] = null;
    else if (own.get(path) !== content) change[path] = toText(content);
  }
  return { name, describe, base, change, anchor, key, expect };
}

function toTexts(files: Files): Readonly<Record<string, Text>> {
  return Object.fromEntries(
    [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, content]) => [path, toText(content)]),
  );
}

/** A text where it is one, else its bytes. */
function toText(content: string | Buffer): Text {
  if (typeof content === 'string') return content;
  const text = content.toString('utf8');
  return Buffer.from(text).equals(content) ? text : { base64: content.toString('base64') };
}

function format(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
