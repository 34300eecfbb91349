import type { FastifyInstance, FastifySchemaCompiler } from 'fastify';
import type { Ajv2020, AnySchemaObject, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { ReeveError } from '../../protocol/errors.ts';
import type { Problem } from '../../protocol/problem.ts';
import { COMPONENT_SCHEMAS } from './openapi/component-schemas.ts';

/** Threat: one request with ten thousand faults must not make an answer of ten thousand problems. */
const MOST_PROBLEMS = 50;

const POINTER_OF_PART: Readonly<Record<string, string>> = {
  params: '/path',
  querystring: '/query',
  headers: '/headers',
  body: '/body',
};

interface Validators {
  /** For paths, queries and headers, which are strings until their schema says otherwise. */
  readonly text: Ajv2020;
  readonly body: Ajv2020;
}

/** Checks requests against their JSON Schema 2020-12; the validator is loaded by the first request, not at start-up. */
export function validateRequests(app: FastifyInstance): void {
  let validators: Validators | null = null;
  const compiler: FastifySchemaCompiler<AnySchemaObject> = ({ schema, httpPart = 'body' }) => {
    let validate: ValidateFunction | null = null;
    return (value: unknown) => {
      if (validators === null) throw new ReeveError('BUG', 'Request validation began before it was loaded.');
      validate ??= (httpPart === 'body' ? validators.body : validators.text).compile(schema);
      return validate(value) ? { value } : { error: refusal(httpPart, validate.errors ?? []) };
    };
  };
  app.setValidatorCompiler(compiler);
  app.addHook('preValidation', async (request) => {
    if (request.routeOptions.schema?.querystring !== undefined) validators ??= await loadValidators();
  });
}

async function loadValidators(): Promise<Validators> {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const options = {
    schemas: [...COMPONENT_SCHEMAS],
    allErrors: true,
    allowUnionTypes: true,
    useDefaults: true,
    // Compiling the meta-schema costs more than all of ours; the tests check them against it.
    meta: false,
    validateSchema: false,
  };
  return { text: new Ajv2020({ ...options, coerceTypes: 'array' }), body: new Ajv2020(options) };
}

function refusal(part: string, errors: readonly ErrorObject[]): ReeveError {
  const problems = errors.slice(0, MOST_PROBLEMS).map((error) => toProblem(part, error));
  const first = problems[0];
  const summary = first === undefined ? 'is malformed' : `${first.pointer} ${first.message}`;
  return new ReeveError('USAGE', `The request is malformed: ${summary}.`, {
    hint: 'GET /api/v1/openapi.json describes every request.',
    details: { problems },
  });
}

function toProblem(part: string, error: ErrorObject): Problem {
  return {
    code: 'REQUEST_INVALID',
    pointer: `${POINTER_OF_PART[part] ?? ''}${error.instancePath}${missingMember(error)}`,
    message: messageOf(error),
  };
}

function missingMember({ keyword, params }: ErrorObject): string {
  const member: unknown = keyword === 'required' ? params['missingProperty'] : params['additionalProperty'];
  return typeof member === 'string' ? `/${member.replaceAll('~', '~0').replaceAll('/', '~1')}` : '';
}

function messageOf({ keyword, message = 'is not accepted', params }: ErrorObject): string {
  if (keyword === 'required') return 'is missing';
  if (keyword === 'additionalProperties') return 'is not known here';
  const values: unknown = keyword === 'enum' ? params['allowedValues'] : undefined;
  return Array.isArray(values) ? `must be one of ${values.join(', ')}` : message;
}
