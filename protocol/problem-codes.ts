import type { Problem } from './problem.ts';

/** Every code that a problem of a StepPack, ReworkPack or StepResult can carry, with its meaning. */
export const PROBLEM_CODES = {
  TOO_LARGE: 'The file is larger than Reeve reads.',
  NOT_UTF8: 'The file is not UTF-8 text.',
  BYTE_ORDER_MARK: 'The file opens with a byte order mark.',
  TOO_DEEP: 'Arrays and objects are nested too deeply.',
  NOT_JSON: 'The text is not JSON.',
  DUPLICATE_KEY: 'An object holds one key twice, so that readers would disagree about its value.',
  NUMBER_UNSAFE: 'A number is too large to be held exactly.',
  NOT_UNICODE: 'A string holds half of a surrogate pair.',
  NUL_CHARACTER: 'A string holds a NUL character.',
  WRONG_TYPE: 'A value has another type than expected.',
  MISSING: 'A value that is needed is absent.',
  UNKNOWN_KEY: 'A key is not known at this place.',
  NOT_ALLOWED: 'A value is not one of those accepted.',
  OUT_OF_BOUNDS: 'A number, text or list is too small or too large.',
  BAD_FORMAT: 'A text does not have the form needed.',
  INVALID: 'A value breaks another rule of its schema.',
  ALIAS_CONFLICT: 'Two names of one fact hold different values.',
  DUPLICATE_ID: 'Two entries of a list have the same id.',
  RUN_ID_MISMATCH: 'The run id does not begin with the task id.',
  UNKNOWN_CRITERION: 'A criterion is named that does not exist.',
  CRITERION_UNCOVERED: 'A criterion has no gate of its own.',
  CRITERION_UNPROVABLE: 'A criterion has no gate and there is no command that could prove it.',
  COMMAND_INDEX_MISSING: 'A command gate does not say which command it judges.',
  COMMAND_INDEX_RANGE: 'A gate judges a command that does not exist.',
  DEFAULT_GATES: 'No gates were given; the default ones are used.',
  EVIDENCE_KIND_MISMATCH: 'The kind of an evidence entry contradicts its pattern.',
  NOT_RETRIABLE: 'Trying the identical pack again cannot help after this reason code.',
  PATH_EMPTY: 'A path, or one of its parts, is empty.',
  PATH_ABSOLUTE: 'A path is absolute; only relative ones are accepted.',
  PATH_ESCAPES: 'A path climbs out of the repository.',
  PATH_CHARACTER: 'A path holds a character that is not accepted.',
  PATH_RESERVED: 'A path is not usable on every system.',
  PATH_TOO_LONG: 'A path is too long.',
  GLOB_UNSUPPORTED: 'A pattern uses a form of wildcard that is not accepted.',
  GLOB_TOO_COMPLEX: 'A pattern has too many wildcards or alternatives.',
  COMMAND_EMPTY: 'A command is empty.',
  COMMAND_QUOTING: 'A quotation mark or backslash of a command is not closed.',
  COMMAND_SHELL_SYNTAX: 'A command uses shell syntax; commands run without a shell.',
  COMMAND_LITERAL: 'A shell would expand a part of a command; it is passed on as it stands.',
  IDENTITY_MISMATCH: 'The document belongs to another task, run, step or attempt.',
  CRITERIA_MISMATCH: 'The criteria are not those of the pack, verbatim.',
  SCOPE_WIDENED: 'A rework allows what the pack does not.',
  COMMAND_UNKNOWN: 'A rework re-runs a command that the pack does not require.',
} as const satisfies Readonly<Record<string, string>>;

export type ProblemCode = keyof typeof PROBLEM_CODES;

/** Makes a problem with one of the known codes. */
export function createProblem(code: ProblemCode, pointer: string, message: string, hint?: string): Problem {
  return hint === undefined ? { code, pointer, message } : { code, pointer, message, hint };
}
