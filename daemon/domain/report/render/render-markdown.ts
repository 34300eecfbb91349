import type { Block, Cell, Fact, Line, Page, Span } from '../page/page.ts';
import { escapeMarkdown, markdownCode } from './escape-markdown.ts';
import { TONE_SIGN } from './tone-sign.ts';

/** Renders a page in GitHub flavoured Markdown that also reads well as plain text. */
export function* renderMarkdown({ kicker, title, blocks }: Page): Generator<string, void, undefined> {
  yield `# ${escapeMarkdown(kicker)}: ${escapeMarkdown(title)}\n`;
  for (const block of blocks) yield `\n${renderBlock(block)}\n`;
}

function renderBlock(block: Block): string {
  switch (block.type) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${renderLine(block.line)}`;
    case 'paragraph':
      return renderLine(block.line);
    case 'list':
      return renderList(block.items);
    case 'facts':
      return block.rows.map(renderFact).join('\n');
    case 'table':
      return renderTable(block);
    case 'steps':
      return renderSteps(block.steps);
    case 'figures': {
      const cells = block.figures.map(({ value, label }) => [[[label]], [[value]]]);
      return renderGrid(['What', 'How many'], cells);
    }
    case 'callout': {
      const body = [
        `**${TONE_SIGN[block.tone]} ${escapeMarkdown(block.title)}**`,
        '',
        renderList(block.items),
      ];
      return body.join('\n').replace(/^/gm, '> ');
    }
    case 'article':
      return ['---', `<a id="${block.id}"></a>`, ...block.blocks.map(renderBlock)].join('\n\n');
  }
}

function renderList(items: readonly Line[]): string {
  return items.map((line) => `- ${renderLine(line)}`).join('\n');
}

function renderFact({ label, lines }: Fact): string {
  const [only = [], ...others] = lines;
  if (others.length === 0) return `- **${escapeMarkdown(label)}:** ${renderLine(only)}`;
  return [`- **${escapeMarkdown(label)}:**`, ...lines.map((line) => `  - ${renderLine(line)}`)].join('\n');
}

/** Rows of several lines are a list: a table of them could be read by no one as plain text. */
function renderTable({ caption, columns, rows }: Extract<Block, { readonly type: 'table' }>): string {
  const labels = columns.map(({ label }) => label);
  const isGrid = rows.every((cells) => cells.every((cell) => cell.length <= 1));
  const body = isGrid
    ? renderGrid(labels, rows)
    : rows.map((cells) => renderRecord(labels, cells)).join('\n');
  return `${escapeMarkdown(caption)}:\n\n${body}`;
}

function renderGrid(labels: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(labels.map(escapeMarkdown)),
    row(labels.map(() => '---')),
    ...rows.map((cells) => row(cells.map((cell) => cell.map(renderLine).join(' ')))),
  ].join('\n');
}

function renderRecord(labels: readonly string[], [name = [], ...cells]: readonly Cell[]): string {
  const facts = cells
    .map((lines, index) => ({ label: String(labels[index + 1]), lines }))
    .filter(({ lines }) => lines.length > 0)
    .map(renderFact);
  return [
    `- ${name.map(renderLine).join(' ')}`,
    ...facts
      .join('\n')
      .split('\n')
      .map((line) => `  ${line}`),
  ].join('\n');
}

function renderSteps(steps: readonly { readonly does: string; readonly command: string }[]): string {
  return steps
    .map(({ does, command }, index) => `${index + 1}. ${escapeMarkdown(does)}: ${markdownCode(command)}`)
    .join('\n');
}

function renderLine(line: Line): string {
  return line.map(renderSpan).join('').trim();
}

function renderSpan(span: Span): string {
  if (typeof span === 'string') return escapeMarkdown(span);
  switch (span.type) {
    case 'said':
    case 'faint':
      return escapeMarkdown(span.text);
    case 'code':
      return markdownCode(span.text);
    case 'strong':
      return `**${escapeMarkdown(span.text)}**`;
    case 'mark':
      return `**${TONE_SIGN[span.tone]} ${escapeMarkdown(span.text)}**`;
    case 'link':
      return `[${escapeMarkdown(span.text)}](#${span.to})`;
  }
}
