import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderKnownKeys } from './generate/known-keys.ts';
import { readSchemas } from './generate/schemas.ts';
import { renderEventTypes, renderTypes } from './generate/types.ts';
import { renderValidatorDeclarations, renderValidators } from './generate/validators.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT = 'protocol/generated';

/**
 * Writes the types and validators of all schemas to `protocol/generated/`.
 *
 * With `--check` it writes nothing, lists the files that differ from what would be written, and exits 1 if any do.
 */
async function generate(isCheck: boolean): Promise<void> {
  const schemas = await readSchemas(path.join(ROOT, 'schemas'));
  const files: Readonly<Record<string, string>> = {
    'types.ts': await renderTypes(schemas),
    'event-types.ts': await renderEventTypes(schemas),
    'known-keys.ts': await renderKnownKeys(schemas),
    'validators.js': renderValidators(schemas),
    'validators.d.ts': await renderValidatorDeclarations(schemas),
  };
  if (isCheck) {
    await reportDrift(files);
    return;
  }
  await mkdir(path.join(ROOT, OUTPUT), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(ROOT, OUTPUT, name), content);
  }
}

async function reportDrift(files: Readonly<Record<string, string>>): Promise<void> {
  const drifted: string[] = [];
  for (const [name, expected] of Object.entries(files)) {
    const actual = await readFile(path.join(ROOT, OUTPUT, name), 'utf8').catch(() => null);
    if (actual !== expected) {
      drifted.push(`${OUTPUT}/${name}`);
    }
  }
  if (drifted.length > 0) {
    console.error(`These files differ from their schemas; run npm run generate:\n  ${drifted.join('\n  ')}`);
    process.exitCode = 1;
  }
}

await generate(process.argv.includes('--check'));
