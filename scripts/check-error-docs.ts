/** Checks that docs/errors.md describes exactly the codes of protocol/errors.ts; part of `npm run verify`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from '../protocol/errors.ts';
import { compareErrorDocs } from './compare-error-docs.ts';
import { REPOSITORY } from './repository.mjs';

const page = readFileSync(join(REPOSITORY, 'docs', 'errors.md'), 'utf8');
const problems = compareErrorDocs(page, ERROR_CODES);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
