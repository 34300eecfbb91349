import type { ErrorObject } from 'ajv';
import { KNOWN_KEYS } from './generated/known-keys.ts';
import { pointerTo } from './json-pointer.ts';
import { nearestName } from './nearest-name.ts';
import { createProblem } from './problem-codes.ts';
import type { ProblemCode } from './problem-codes.ts';
import type { Problem } from './problem.ts';

/** A document whose closed objects have known keys, for hints about unknown ones. */
export type KnownDocument = keyof typeof KNOWN_KEYS;

const CODES: Readonly<Record<string, ProblemCode>> = {
  enum: 'NOT_ALLOWED',
  const: 'NOT_ALLOWED',
  pattern: 'BAD_FORMAT',
  minLength: 'OUT_OF_BOUNDS',
  maxLength: 'OUT_OF_BOUNDS',
  minItems: 'OUT_OF_BOUNDS',
  maxItems: 'OUT_OF_BOUNDS',
  minimum: 'OUT_OF_BOUNDS',
  maximum: 'OUT_OF_BOUNDS',
};

const PATTERN_HINTS: Readonly<Record<string, string>> = {
  '^[A-Za-z0-9][A-Za-z0-9._-]*$':
    'Letters, digits, dot, hyphen and underscore, beginning with a letter or digit.',
  '^1\\.\\d{1,6}$': 'Write "1.0".',
  '^[0-9a-f]{64}$': 'A SHA-256: 64 lowercase hexadecimal digits.',
};

/**
 * Turns what a validator found into problems, one for each cause.
 *
 * @param errors the validator's `errors` after it ran; nothing when it found nothing
 */
export function schemaProblems(
  errors: readonly ErrorObject[] | null | undefined,
  document: KnownDocument,
): readonly Problem[] {
  return mergeAlternatives(errors ?? []).map((error) => toProblem(error, document));
}

/**
 * Keeps one error for a value that fits none of several types, and only the inner errors of one that fits a type.
 *
 * Invariant: alternatives of these schemas differ by JSON type.
 */
function mergeAlternatives(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const alternatives = new Set(errors.filter(isAlternative).map(({ instancePath }) => instancePath));
  const fitting = new Set<string>();
  const types = new Map<string, string>();
  const rest: ErrorObject[] = [];
  for (const error of errors) {
    const { instancePath, keyword, params } = error;
    if (isAlternative(error)) continue;
    if (keyword === 'type' && alternatives.has(instancePath)) {
      const others = types.get(instancePath);
      const type = String(params['type']);
      types.set(instancePath, others === undefined ? type : `${others} or ${type}`);
      continue;
    }
    addAncestors(fitting, instancePath);
    rest.push(error);
  }
  const unfitting = errors.filter((error) => isAlternative(error) && !fitting.has(error.instancePath));
  return [
    ...rest,
    ...unfitting.map((error) => ({
      ...error,
      keyword: 'type',
      params: { type: types.get(error.instancePath) },
    })),
  ];
}

function isAlternative(error: ErrorObject): boolean {
  return error.keyword === 'anyOf';
}

function addAncestors(pointers: Set<string>, pointer: string): void {
  for (let end = pointer.length; end > 0; end = pointer.lastIndexOf('/', end - 1)) {
    pointers.add(pointer.slice(0, end));
  }
}

function toProblem(error: ErrorObject, document: KnownDocument): Problem {
  const { instancePath, keyword, params } = error;
  switch (keyword) {
    case 'type':
      return createProblem('WRONG_TYPE', instancePath, `The value must be of type ${params['type']}.`);
    case 'required': {
      const key = String(params['missingProperty']);
      return createProblem('MISSING', pointerTo(instancePath, key), `${key} is missing.`);
    }
    case 'additionalProperties':
      return unknownKey(instancePath, String(params['additionalProperty']), document);
    default:
      return createProblem(
        CODES[keyword] ?? 'INVALID',
        instancePath,
        `The value ${error.message}.`,
        hint(params),
      );
  }
}

function hint(params: Readonly<Record<string, unknown>>): string | undefined {
  const { allowedValues, allowedValue, pattern } = params;
  if (Array.isArray(allowedValues)) return `Accepted: ${allowedValues.join(', ')}.`;
  if (allowedValue !== undefined) return `Accepted: ${String(allowedValue)}.`;
  return PATTERN_HINTS[String(pattern)];
}

function unknownKey(container: string, key: string, document: KnownDocument): Problem {
  const place = container.replaceAll(/\/\d+(?=\/|$)/g, '/*');
  const known: Readonly<Record<string, readonly string[]>> = KNOWN_KEYS[document];
  const keys = known[place] ?? [];
  const nearest = nearestName(key, keys);
  const message = `The key ${JSON.stringify(key.slice(0, 100))} is not known here.`;
  const accepted = nearest === null ? `Accepted: ${keys.join(', ')}.` : `Did you mean ${nearest}?`;
  return createProblem('UNKNOWN_KEY', pointerTo(container, key), message, accepted);
}
