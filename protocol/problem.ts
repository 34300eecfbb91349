/** One thing wrong with a document from outside: where, what, and what would be accepted instead. */
export interface Problem {
  /** Stable, upper-case, documented in `docs/errors.md`. */
  readonly code: string;
  /** RFC 6901 JSON pointer into the document; the empty string is the document itself. */
  readonly pointer: string;
  /** One sentence for a person. */
  readonly message: string;
  /** What would be accepted, or what to do next. */
  readonly hint?: string;
}

/** The outcome of parsing a document: its refined value, or every problem at once. Warnings never refuse. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };
