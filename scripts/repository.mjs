import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top folder of this checkout, absolute and without a trailing slash. */
export const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)));
