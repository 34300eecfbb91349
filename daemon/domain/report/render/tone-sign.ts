import type { Tone } from '../page/page.ts';

/** Stands before a status, so that it reads without colour. */
export const TONE_SIGN: Readonly<Record<Tone, string>> = { good: '✓', bad: '✗', warn: '!', plain: '·' };
