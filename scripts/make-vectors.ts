/**
 * `tsx scripts/make-vectors.ts`: writes `tests/vectors/*.json`. Keys, times and ids are fixed, so that the same code
 * writes the same bytes; a test compares.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './repository.mjs';
import { makeVectors } from './vectors/make-vectors.ts';

for (const [name, text] of makeVectors()) writeFileSync(join(REPOSITORY, 'tests/vectors', name), text);
