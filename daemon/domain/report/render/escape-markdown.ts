import { visibleText } from './visible-text.ts';

/**
 * Escapes text for GitHub flavoured Markdown, in prose and in table cells.
 *
 * What a reader would make a link or a mention of although it is escaped is set as code. Backslashes and pipes become
 * entities: readers disagree on what a backslash before a pipe means inside a table.
 */
export function escapeMarkdown(text: string): string {
  const visible = visibleText(text);
  if (/@|:\/\/|www\./i.test(visible)) return markdownCode(visible);
  return visible
    .replace(/[\\|]/g, entity)
    .replace(/[`*[\]<>~$]|&(?!#(?:92|124);)|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, (sign) => `\\${sign}`)
    .replace(/^(\s*)([#+\-=])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2');
}

/** Sets text as code, to the letter. */
export function markdownCode(text: string): string {
  const visible = visibleText(text);
  // Inside backticks a table would still be cut at a pipe.
  if (/[\\|]/.test(visible)) return `<code>${visible.replace(/[^\p{L}\p{N} ]/gu, entity)}</code>`;
  const longest = Math.max(0, ...[...visible.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 || /^ | $|^$/.test(visible) ? ' ' : '';
  return `${fence}${pad}${visible}${pad}${fence}`;
}

function entity(character: string): string {
  return `&#${String(character.codePointAt(0))};`;
}
