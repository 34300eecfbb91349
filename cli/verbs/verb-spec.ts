/** One verb of the command line: how it is called, and what its help says. */
export interface VerbSpec {
  readonly name: string;
  readonly summary: string;
  /** Positional arguments: `<required>` or `[optional]`, and what they are. */
  readonly args: readonly (readonly [name: string, text: string])[];
  /** Flags as commander reads them; a trailing `...` makes one repeatable. */
  readonly options: readonly (readonly [flags: string, text: string])[];
  readonly examples: readonly string[];
}

/** The argument of verbs about one task. */
export const TASK = ['<task>', 'task id'] as const;
