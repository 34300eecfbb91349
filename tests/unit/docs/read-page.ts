import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../../scripts/repository.mjs';

/** A code block of a page: its language and its text. */
export interface CodeBlock {
  readonly language: string;
  readonly text: string;
}

/** Every page of the documentation, relative to the repository. */
export function listPages(): readonly string[] {
  const docs = readdirSync(join(REPOSITORY, 'docs'), { recursive: true })
    .map((path) => `docs/${String(path).replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md'));
  return ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', ...docs.toSorted()];
}

/** Reads a page. */
export function readPage(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}

/** The part of a page below a heading, up to the next heading of the same or a higher level. */
export function sectionOf(page: string, heading: string): string {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start === -1) throw new Error(`no heading "${heading}"`);
  const level = levelOf(lines[start] ?? '');
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^#+ /.test(line) && levelOf(line) <= level);
  return rest.slice(0, end === -1 ? undefined : end).join('\n');
}

function levelOf(heading: string): number {
  return heading.indexOf(' ');
}

/** The body rows of every table of a text, cell by cell, without backticks. */
export function rowsOf(text: string): readonly (readonly string[])[] {
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  return rows
    .filter((row, index) => !isRule(row) && !isRule(rows[index + 1] ?? ''))
    .map((row) =>
      row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.replaceAll('`', '').trim()),
    );
}

function isRule(row: string): boolean {
  return /^\|( *:?-+:? *\|)+$/.test(row);
}

/** The fenced code blocks of a text, in order. */
export function blocksOf(text: string): readonly CodeBlock[] {
  return [...text.matchAll(/^```(\S*)[^\n]*\n([\s\S]*?)^```$/gm)].map(([, language, body]) => ({
    language: language ?? '',
    text: body ?? '',
  }));
}
