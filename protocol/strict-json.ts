import { printParseErrorCode, visit } from 'jsonc-parser';
import type { JSONVisitor, ParseErrorCode } from 'jsonc-parser';
import { pointerTo } from './json-pointer.ts';
import { createProblem } from './problem-codes.ts';
import type { Parsed, Problem } from './problem.ts';
import { measureNesting } from './json-nesting.ts';

/** Bounds of a document from outside. */
export interface JsonLimits {
  /** Bytes; default 1 MiB, some hundred times the size of a real StepPack. */
  readonly maxBytes: number;
  /** Nested arrays and objects; default 64. */
  readonly maxDepth: number;
}

export const DEFAULT_JSON_LIMITS: JsonLimits = { maxBytes: 1024 * 1024, maxDepth: 64 };

const BYTE_ORDER_MARK = '\uFEFF';
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Threat: a broken file makes every following token wrong; the first ones tell the cause. */
const MAX_SYNTAX_PROBLEMS = 20;

/**
 * Parses JSON (RFC 8259) from bytes and refuses whatever two readers could understand differently.
 *
 * Reported: too large, not UTF-8, byte order mark, nesting, syntax with line and column, duplicate keys, numbers that
 * a double cannot hold, lone surrogates, NUL. `__proto__` and its like are plain keys of the value.
 */
export function parseStrictJson(
  bytes: Uint8Array,
  limits: Partial<JsonLimits> = DEFAULT_JSON_LIMITS,
): Parsed<unknown> {
  const { maxBytes, maxDepth } = { ...DEFAULT_JSON_LIMITS, ...limits };
  if (bytes.length > maxBytes) {
    return refuse(
      createProblem('TOO_LARGE', '', `The file has ${bytes.length} bytes; at most ${maxBytes} are read.`),
    );
  }
  const text = decodeUtf8(bytes);
  if (text === null) {
    return refuse(
      createProblem('NOT_UTF8', '', 'The file is not UTF-8 text.', 'Save it as UTF-8 without BOM.'),
    );
  }
  // Threat: the visitor below is recursive, so depth is bounded before it runs.
  if (measureNesting(bytes).maxDepth > maxDepth) {
    return refuse(
      createProblem('TOO_DEEP', '', `Arrays and objects are nested deeper than ${maxDepth} levels.`),
    );
  }
  return parseText(text);
}

function refuse(...problems: readonly Problem[]): Parsed<never> {
  return { ok: false, problems, warnings: [] };
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function parseText(text: string): Parsed<unknown> {
  const hasMark = text.startsWith(BYTE_ORDER_MARK);
  const mark = createProblem(
    'BYTE_ORDER_MARK',
    '',
    'The file opens with a byte order mark.',
    'Save it without BOM.',
  );
  const problems = [...(hasMark ? [mark] : []), ...findProblems(hasMark ? text.slice(1) : text)];
  // Invariant: no problem means that the text is JSON, so this does not throw (a property test holds it to that).
  return problems.length > 0 ? refuse(...problems) : { ok: true, value: JSON.parse(text), warnings: [] };
}

function findProblems(text: string): readonly Problem[] {
  const syntax: Problem[] = [];
  const content: Problem[] = [];
  const keysOfOpenObjects: Set<string>[] = [];
  const visitor: JSONVisitor = {
    onObjectBegin() {
      keysOfOpenObjects.push(new Set());
    },
    onObjectEnd() {
      keysOfOpenObjects.pop();
    },
    onObjectProperty(key, _offset, _length, line, column, path) {
      const keys = keysOfOpenObjects.at(-1) as Set<string>;
      const pointer = () => pointerTo('', ...path(), key);
      content.push(...stringProblems(key, pointer));
      if (keys.has(key)) {
        const message = `The key ${JSON.stringify(key)} appears twice, again at ${place(line, column)}.`;
        content.push(createProblem('DUPLICATE_KEY', pointer(), message, 'Keep one of the two.'));
      }
      keys.add(key);
    },
    onLiteralValue(value: unknown, offset, length, _line, _column, path) {
      const pointer = () => pointerTo('', ...path());
      if (typeof value === 'string') content.push(...stringProblems(value, pointer));
      if (typeof value === 'number') {
        content.push(...numberProblems(value, text.slice(offset, offset + length), pointer));
      }
    },
    onError(error, _offset, _length, line, column) {
      syntax.push(createProblem('NOT_JSON', '', `${explain(error)} at ${place(line, column)}.`));
    },
  };
  visit(text, visitor, { disallowComments: true });
  return [...syntax.slice(0, MAX_SYNTAX_PROBLEMS), ...content];
}

function stringProblems(value: string, pointer: () => string): readonly Problem[] {
  const problems: Problem[] = [];
  if (LONE_SURROGATE.test(value)) {
    problems.push(createProblem('NOT_UNICODE', pointer(), 'The text holds half of a surrogate pair.'));
  }
  if (value.includes('\0')) {
    problems.push(createProblem('NUL_CHARACTER', pointer(), 'The text holds a NUL character.'));
  }
  return problems;
}

function numberProblems(value: number, written: string, pointer: () => string): readonly Problem[] {
  const isExact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  if (isExact) return [];
  const message = `The number ${written.slice(0, 40)} cannot be held exactly.`;
  return [createProblem('NUMBER_UNSAFE', pointer(), message, 'Write it as a string.')];
}

/** `ValueExpected` → `Value expected`. */
function explain(error: ParseErrorCode): string {
  const words = printParseErrorCode(error).replaceAll(
    /(?<=[a-z])[A-Z]/g,
    (letter) => ` ${letter.toLowerCase()}`,
  );
  return `Not JSON: ${words.toLowerCase()}`;
}

function place(line: number, column: number): string {
  return `line ${line + 1}, column ${column + 1}`;
}
