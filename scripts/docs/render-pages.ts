import { readFile } from 'node:fs/promises';
import path from 'node:path';
import prettier from 'prettier';
import { readSchemas } from '../generate/schemas.ts';
import { renderProblemCodes, renderReasonCodes } from './code-tables.ts';
import { renderEvents, renderShapes } from './event-reference.ts';
import { renderScenarioActions } from './scenario-actions.ts';

/** One page of `docs/` as it is, and as its sources want it. */
export interface RenderedPage {
  /** Relative to the repository. */
  readonly page: string;
  readonly actual: string;
  readonly expected: string;
}

/**
 * Renders the reference parts of the documentation: what stands between `<!-- generated: NAME -->` and
 * `<!-- end of generated -->`.
 *
 * @throws Error when a page lacks a mark
 */
export async function renderPages(repository: string): Promise<readonly RenderedPage[]> {
  const schemas = await readSchemas(path.join(repository, 'schemas'));
  const parts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'docs/errors.md': { 'problem codes': renderProblemCodes() },
    'docs/events.md': { events: renderEvents(schemas), shapes: renderShapes(schemas) },
    'docs/protocol.md': { 'reason codes': renderReasonCodes() },
    'docs/workers.md': { 'scenario actions': renderScenarioActions(schemas) },
  };
  return Promise.all(Object.entries(parts).map(([page, part]) => renderPage(repository, page, part)));
}

async function renderPage(
  repository: string,
  page: string,
  parts: Readonly<Record<string, string>>,
): Promise<RenderedPage> {
  const file = path.join(repository, page);
  const actual = await readFile(file, 'utf8');
  const filled = Object.entries(parts).reduce((text, [name, part]) => fill(text, page, name, part), actual);
  const options = await prettier.resolveConfig(file);
  return { page, actual, expected: await prettier.format(filled, { ...options, parser: 'markdown' }) };
}

const END = '<!-- end of generated -->';

function fill(text: string, page: string, name: string, part: string): string {
  const mark = `<!-- generated: ${name} -->`;
  const start = text.indexOf(mark);
  const end = text.indexOf(END, start);
  if (start === -1 || end === -1) throw new Error(`${page} lacks ${mark} … ${END}`);
  return `${text.slice(0, start + mark.length)}\n\n${part}\n\n${text.slice(end)}`;
}
