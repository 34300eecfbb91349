import type { Block, Cell, Column, Fact, Figure, Line, Page, Span } from '../page/page.ts';
import { escapeHtml } from './escape-html.ts';
import { STYLE_SHEET } from './style-sheet.ts';
import { TONE_SIGN } from './tone-sign.ts';

/**
 * Renders a page as one HTML document that needs nothing else: no script, no font, no picture, no address.
 *
 * Threat: the text is a worker's. All of it is escaped, and should one escape fail, the policy forbids what it could do.
 */
export function* renderHtml({ kicker, title, blocks }: Page): Generator<string, void, undefined> {
  yield [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeHtml(`${title} – ${kicker}`)}</title>`,
    `<style>${STYLE_SHEET}</style>`,
    '</head>',
    '<body>',
    `<header><p class="kicker">${escapeHtml(kicker)}</p><h1><bdi>${escapeHtml(title)}</bdi></h1></header>`,
    '<main>',
    '',
  ].join('\n');
  for (const block of blocks) yield `${renderBlock(block)}\n`;
  yield '</main>\n</body>\n</html>\n';
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

function renderBlock(block: Block): string {
  switch (block.type) {
    case 'heading':
      return `<h${block.level}>${renderLine(block.line)}</h${block.level}>`;
    case 'paragraph':
      return `<p>${renderLine(block.line)}</p>`;
    case 'list':
      return renderList(block.items);
    case 'facts':
      return renderFacts(block.rows);
    case 'table':
      return renderTable(block);
    case 'steps':
      return renderSteps(block.steps);
    case 'figures':
      return `<ul class="figures">${block.figures.map(renderFigure).join('')}</ul>`;
    case 'callout':
      return (
        `<div class="callout ${block.tone}"><p class="title">${sign(block.tone)}${escapeHtml(block.title)}</p>` +
        `${renderList(block.items)}</div>`
      );
    case 'article':
      return `<article id="${block.id}">\n${block.blocks.map(renderBlock).join('\n')}\n</article>`;
  }
}

function renderList(items: readonly Line[]): string {
  return `<ul>${items.map((line) => `<li>${renderLine(line)}</li>`).join('\n')}</ul>`;
}

function renderFacts(rows: readonly Fact[]): string {
  const fact = ({ label, lines }: Fact) =>
    `<div><dt>${escapeHtml(label)}</dt>${lines.map((line) => `<dd>${renderLine(line)}</dd>`).join('')}</div>`;
  return `<dl>${rows.map(fact).join('\n')}</dl>`;
}

function renderTable(table: Extract<Block, { readonly type: 'table' }>): string {
  const { caption, columns, rows } = table;
  const head = columns.map(
    ({ label, align }) => `<th scope="col"${classOf(align)}>${escapeHtml(label)}</th>`,
  );
  const row = (cells: readonly Cell[]) => {
    const [name = [], ...others] = cells;
    const rest = others.map((cell, index) => renderCell(cell, columns[index + 1]));
    return `<tr><th scope="row">${renderLines(name)}</th>${rest.join('')}</tr>`;
  };
  return (
    `<table><caption>${escapeHtml(caption)}</caption><thead><tr>${head.join('')}</tr></thead>\n` +
    `<tbody>${rows.map(row).join('\n')}</tbody></table>`
  );
}

/** A cell repeats its column's name for narrow screens, where rows are stacked. */
function renderCell(cell: Cell, column: Column = { label: '' }): string {
  const label = escapeHtml(column.label);
  return `<td data-label="${label}"${classOf(column.align)}>${renderLines(cell)}</td>`;
}

function renderLines(lines: readonly Line[]): string {
  return lines.map((line) => `<div>${renderLine(line)}</div>`).join('');
}

function classOf(align: Column['align']): string {
  return align === undefined ? '' : ` class="${align}"`;
}

function renderSteps(steps: readonly { readonly does: string; readonly command: string }[]): string {
  const step = ({ does, command }: (typeof steps)[number]) =>
    `<li>${escapeHtml(does)}<pre><code>${escapeHtml(command)}</code></pre></li>`;
  return `<ol class="steps">${steps.map(step).join('\n')}</ol>`;
}

function renderFigure({ value, label, tone }: Figure): string {
  return `<li class="${tone}"><strong>${escapeHtml(value)}</strong> ${escapeHtml(label)}</li>`;
}

function renderLine(line: Line): string {
  return line.map(renderSpan).join('');
}

function renderSpan(span: Span): string {
  if (typeof span === 'string') return escapeHtml(span);
  switch (span.type) {
    case 'said':
      return `<bdi>${escapeHtml(span.text)}</bdi>`;
    case 'code':
      return `<code>${escapeHtml(span.text)}</code>`;
    case 'strong':
      return `<strong>${escapeHtml(span.text)}</strong>`;
    case 'faint':
      return `<span class="faint">${escapeHtml(span.text)}</span>`;
    case 'mark':
      return `<span class="mark ${span.tone}">${sign(span.tone)}${escapeHtml(span.text)}</span>`;
    case 'link':
      return `<a href="#${span.to}">${escapeHtml(span.text)}</a>`;
  }
}

function sign(tone: keyof typeof TONE_SIGN): string {
  return `<span class="sign" aria-hidden="true">${TONE_SIGN[tone]}</span> `;
}
