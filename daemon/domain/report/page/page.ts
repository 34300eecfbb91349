/**
 * The report between its facts and its renderers: what is said, in which order, with which weight.
 *
 * Plain strings are the report's own words. Everything that comes from a log is a span, so that a renderer can set it
 * apart; renderers escape all of it, the report's own words too.
 */
export interface Page {
  readonly title: string;
  /** What stands above the title. */
  readonly kicker: string;
  /** To be read once: each may be composed only then. */
  readonly blocks: Iterable<Block>;
}

/** good, bad and warn are always accompanied by words: colour alone says nothing to some readers. */
export type Tone = 'good' | 'bad' | 'warn' | 'plain';

/** A piece of a line. */
export type Span =
  | string
  /** Text from outside, as prose. */
  | { readonly type: 'said'; readonly text: string }
  /** Text from outside, or a thing to type, to the letter. */
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'strong'; readonly text: string }
  | { readonly type: 'faint'; readonly text: string }
  | { readonly type: 'mark'; readonly tone: Tone; readonly text: string }
  /** To a task's place in the report. */
  | { readonly type: 'link'; readonly to: string; readonly text: string };

/** One line of text. */
export type Line = readonly Span[];

/** What stands in one place of a table. */
export type Cell = readonly Line[];

/** A column of a table. */
export interface Column {
  readonly label: string;
  readonly align?: 'end';
}

/** A part of the page. */
export type Block =
  | { readonly type: 'heading'; readonly level: 2 | 3 | 4; readonly line: Line }
  | { readonly type: 'paragraph'; readonly line: Line }
  | { readonly type: 'list'; readonly items: readonly Line[] }
  | { readonly type: 'facts'; readonly rows: readonly Fact[] }
  | {
      readonly type: 'table';
      readonly caption: string;
      readonly columns: readonly Column[];
      /** As many cells as columns; the first is the row's header. */
      readonly rows: readonly (readonly Cell[])[];
    }
  | { readonly type: 'steps'; readonly steps: readonly { readonly does: string; readonly command: string }[] }
  | { readonly type: 'figures'; readonly figures: readonly Figure[] }
  | { readonly type: 'callout'; readonly tone: Tone; readonly title: string; readonly items: readonly Line[] }
  | { readonly type: 'article'; readonly id: string; readonly blocks: readonly Block[] };

/** A label and what there is to say of it. */
export interface Fact {
  readonly label: string;
  readonly lines: readonly Line[];
}

/** A number of the summary. */
export interface Figure {
  readonly value: string;
  readonly label: string;
  readonly tone: Tone;
}

/** Text from outside, as prose. */
export function said(text: string): Span {
  return { type: 'said', text };
}

/** Text from outside to the letter. */
export function code(text: string): Span {
  return { type: 'code', text };
}

/** Own words that carry weight. */
export function strong(text: string): Span {
  return { type: 'strong', text };
}

/** Own words that step back. */
export function faint(text: string): Span {
  return { type: 'faint', text };
}

/** A status, in words and a tone. */
export function mark(tone: Tone, text: string): Span {
  return { type: 'mark', tone, text };
}

/** A paragraph of one line. */
export function paragraph(...line: Line): Block {
  return { type: 'paragraph', line };
}

/** A heading; level 1 is the page's title. */
export function heading(level: 2 | 3 | 4, ...line: Line): Block {
  return { type: 'heading', level, line };
}
