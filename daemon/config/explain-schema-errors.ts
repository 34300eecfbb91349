import type { Problem } from '../../protocol/problem.ts';
import { nearestName } from '../../protocol/nearest-name.ts';
import { knownKeys } from './settings.ts';

/** The part of an Ajv error that is read here. */
export interface SchemaError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

/** A problem of a settings document; `part` says whether the key itself is wrong, or its value. */
export interface SchemaProblem extends Problem {
  readonly part: 'key' | 'value';
}

/** Turns the errors of the configuration's schema into sentences with the accepted values and likely meanings. */
export function explainSchemaErrors(errors: readonly SchemaError[]): readonly SchemaProblem[] {
  const misnamed = errors
    .filter(({ keyword }) => keyword === 'propertyNames')
    .map((error) => error.instancePath);
  const problems = errors.filter((error) => tellsSomething(error, misnamed)).map(explain);
  return [...new Map(problems.map((problem) => [`${problem.pointer} ${problem.message}`, problem])).values()];
}

/** The dotted name people know a setting by. */
function toDotted(pointer: string): string {
  const parts = pointer.split('/').slice(1);
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')).join('.');
}

/** False for errors that only repeat what another says more exactly. */
function tellsSomething(error: SchemaError, misnamed: readonly string[]): boolean {
  if (error.keyword === 'oneOf' || error.keyword === 'anyOf') return false;
  const isOfText = ['pattern', 'minLength', 'maxLength'].includes(error.keyword);
  return !(isOfText && misnamed.includes(error.instancePath));
}

function explain(error: SchemaError): SchemaProblem {
  const { instancePath: at, keyword, params } = error;
  const name = toDotted(at) || 'The file';
  switch (keyword) {
    case 'additionalProperties':
      return unknownKey(at, String(params['additionalProperty']));
    case 'required':
      return invalid(at, `${name} lacks ${String(params['missingProperty'])}.`, 'key');
    case 'type':
      return invalid(at, `${name} must be ${typeName(params['type'])}.`, 'value', typeHint(params['type']));
    case 'enum':
      return invalid(at, `${name} must be one of: ${list(params['allowedValues'])}.`);
    case 'discriminator':
      return invalid(`${at}/kind`, `${name}.kind must be one of: command, scripted.`);
    case 'minimum':
      return invalid(at, `${name} must be at least ${String(params['limit'])}.`);
    case 'maximum':
      return invalid(at, `${name} must be at most ${String(params['limit'])}.`);
    case 'minItems':
    case 'minLength':
      return invalid(at, `${name} must not be empty.`);
    case 'propertyNames':
      return misnamedKey(at, String(params['propertyName']));
    case 'pattern':
      return invalid(at, `${name} has characters that are not accepted here.`, 'value', patternHint(params));
    default:
      return invalid(at, `${name} ${error.message ?? 'is not accepted'}.`);
  }
}

function misnamedKey(table: string, key: string): SchemaProblem {
  const pointer = `${table}/${escape(key)}`;
  return invalid(pointer, `${toDotted(pointer)} has a name that cannot be used.`, 'key', NAME_HINT);
}

function unknownKey(table: string, key: string): SchemaProblem {
  const known = knownKeys(table) ?? [];
  const meant = nearestName(key, known);
  const pointer = `${table}/${escape(key)}`;
  const accepted = `Accepted: ${known.join(', ')}.`;
  const hint = meant === null ? accepted : `Did you mean ${meant}? ${accepted}`;
  return { ...invalid(pointer, `${toDotted(pointer)} is not a setting.`, 'key', hint), code: 'KEY_UNKNOWN' };
}

function invalid(
  pointer: string,
  message: string,
  part: 'key' | 'value' = 'value',
  hint?: string,
): SchemaProblem {
  return { code: 'VALUE_INVALID', pointer, message, part, ...(hint === undefined ? {} : { hint }) };
}

const NAME_HINT =
  'Use letters, digits, dot, dash and underscore, starting with a letter or digit; at most 128.';

function patternHint(params: SchemaError['params']): string {
  const pattern = String(params['pattern']);
  return pattern.includes('._-') ? NAME_HINT : `It must match ${pattern}.`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  string: 'text',
  array: 'a list',
  object: 'a table',
};

function typeName(type: unknown): string {
  return TYPE_NAMES[String(type)] ?? String(type);
}

function typeHint(type: unknown): string | undefined {
  if (type === 'boolean')
    return 'Write true or false without quotes; yes, no, on and off are text in YAML 1.2.';
  if (type === 'integer') return 'Write digits only, without quotes and without a unit.';
  return undefined;
}

function list(values: unknown): string {
  return Array.isArray(values) ? values.map(String).join(', ') : String(values);
}

function escape(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}
