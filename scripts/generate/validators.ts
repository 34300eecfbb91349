import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { HEADER } from './schemas.ts';
import type { SchemaFile } from './schemas.ts';
import { formatTypeScript } from './types.ts';

/** Renders one precompiled validator for every schema, as an ES module that runs without compiling anything. */
export function renderValidators(schemas: readonly SchemaFile[]): string {
  const ajv = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    discriminator: true,
    inlineRefs: false,
    strict: true,
    code: { source: true, esm: true, lines: true, optimize: true },
  });
  ajv.addVocabulary(['x-log']);
  for (const { schema } of schemas) {
    ajv.addSchema(schema);
  }
  const named = Object.fromEntries(
    validated(schemas).map(({ id, title }) => [`validate${title}`, id] as const),
  );
  const code = toEsm(standalone.default(ajv, named));
  return `// ${HEADER}\n${code}\n${renderEventValidators(schemas)}`;
}

/** Renders the declarations that belong to the validators. */
export function renderValidatorDeclarations(schemas: readonly SchemaFile[]): Promise<string> {
  const titles = validated(schemas).map(({ title }) => title);
  return formatTypeScript(`
    import type { ErrorObject } from 'ajv';
    import type { EventDataByType, ${titles.join(', ')} } from './types.ts';

    /** Tells whether a value satisfies its schema; \`errors\` then holds what the last call found, or null. */
    export interface Validate<T> {
      (data: unknown): data is T;
      errors?: readonly ErrorObject[] | null;
    }

    ${titles.map((title) => `export const validate${title}: Validate<${title}>;`).join('\n')}

    /** The validator of each event type's data. */
    export const validateEventData: {
      readonly [Type in keyof EventDataByType]: Validate<EventDataByType[Type]>;
    };
  `);
}

function validated(schemas: readonly SchemaFile[]): readonly SchemaFile[] {
  return schemas.filter(({ title }) => title !== null);
}

/** Ajv requires its run-time helpers as CommonJS even in an ES module; these need but one, so it is written out. */
const HELPERS = `
/** Counts code points, as JSON Schema counts characters. */
function codePointLength(text) {
  let length = text.length;
  for (let i = 1; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) length--;
  }
  return length;
}
`;

function toEsm(code: string): string {
  const body = code.replaceAll('require("ajv/dist/runtime/ucs2length").default', 'codePointLength');
  if (body.includes('require(')) {
    throw new Error('a validator requires a module that the generator does not write out');
  }
  return HELPERS + body;
}

function renderEventValidators(schemas: readonly SchemaFile[]): string {
  const members = schemas.flatMap(({ event, title }) =>
    event ? [`  '${event.type}': validate${title},`] : [],
  );
  return ['export const validateEventData = {', ...members, '};', ''].join('\n');
}
