import { escapeText } from '../escape-text.ts';
import { shorten } from './format.ts';

/** One cell: its text, and how to colour it; the text is escaped here. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Lays rows out in columns two spaces apart, under a header; no cell is wider than `maxCell`. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly (Cell | string)[])[],
  options: { readonly maxCell?: number; readonly paintHeader?: (text: string) => string } = {},
): readonly string[] {
  const { maxCell = 48, paintHeader = (text: string) => text } = options;
  const cells = rows.map((row) => row.map((cell) => toCell(cell, maxCell)));
  const widths = header.map((title, column) => {
    return Math.max(title.length, ...cells.map((row) => [...(row[column]?.text ?? '')].length));
  });
  const line = (row: readonly Cell[]): string => {
    const padded = row.map(({ text, paint = (same: string) => same }, column) => {
      return paint(text) + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...text].length));
    });
    return padded.join('  ').trimEnd();
  };
  return [line(header.map((text) => ({ text, paint: paintHeader }))), ...cells.map(line)];
}

function toCell(cell: Cell | string, maxCell: number): Cell {
  const { text, ...rest } = typeof cell === 'string' ? { text: cell } : cell;
  return { ...rest, text: shorten(escapeText(text), maxCell) };
}
