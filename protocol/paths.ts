import { createProblem } from './problem-codes.ts';
import type { Problem } from './problem.ts';

const MAX_PATH_LENGTH = 1024;

/** Threat: control and bidirectional characters make a path look like another one on a screen. */
const DECEPTIVE = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/u;

/** Threat: Windows gives these names to devices, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i;

/** Threat: Windows drops a trailing dot or space, so that two names become one file. */
const DROPPED_END = /[. ]$/;

/**
 * Checks a path from outside: relative, POSIX separators, usable and unambiguous on every system.
 *
 * Refused: empty or over 1024 characters, absolute, `..`, `.` and empty parts, backslash, colon (drives and Windows
 * streams), control and bidirectional characters, device names, parts that end with a dot or a space.
 */
export function pathProblems(path: string, pointer: string): readonly Problem[] {
  const escapes = escapeProblems(path, pointer);
  return escapes.length > 0 ? escapes : portabilityProblems(path, pointer);
}

/** Checks only that a relative path cannot leave the folder it is resolved in, on any system. */
export function escapeProblems(path: string, pointer: string): readonly Problem[] {
  if (path === '') return [createProblem('PATH_EMPTY', pointer, 'The path is empty.')];
  if (path.length > MAX_PATH_LENGTH) {
    return [createProblem('PATH_TOO_LONG', pointer, `The path has more than ${MAX_PATH_LENGTH} characters.`)];
  }
  const shown = JSON.stringify(path);
  if (/^[/\\]|^[A-Za-z]:/.test(path)) {
    const hint = 'Write it relative to the top of the repository.';
    return [createProblem('PATH_ABSOLUTE', pointer, `The path ${shown} is absolute.`, hint)];
  }
  if (path.includes('\0')) {
    return [createProblem('PATH_CHARACTER', pointer, `The path ${shown} holds a NUL character.`)];
  }
  if (path.split(/[/\\]/).includes('..')) {
    return [createProblem('PATH_ESCAPES', pointer, `The path ${shown} climbs out with "..".`)];
  }
  return [];
}

function portabilityProblems(path: string, pointer: string): readonly Problem[] {
  const shown = JSON.stringify(path);
  const problems: Problem[] = [];
  if (path.includes('\\')) {
    const hint = 'Separate the parts with "/".';
    problems.push(createProblem('PATH_CHARACTER', pointer, `The path ${shown} holds a backslash.`, hint));
  }
  if (path.includes(':')) {
    problems.push(createProblem('PATH_CHARACTER', pointer, `The path ${shown} holds a colon.`));
  }
  if (DECEPTIVE.test(path)) {
    problems.push(
      createProblem('PATH_CHARACTER', pointer, `The path ${shown} holds an invisible character.`),
    );
  }
  const parts = path.replace(/\/$/, '').split('/');
  if (parts.includes('') || parts.includes('.')) {
    const hint = 'Leave out "./" and double slashes; "**" names everything.';
    problems.push(createProblem('PATH_EMPTY', pointer, `The path ${shown} has an empty part.`, hint));
  }
  const reserved = parts.find((part) => part !== '.' && (DEVICE.test(part) || DROPPED_END.test(part)));
  if (reserved !== undefined) {
    const message = `The part ${JSON.stringify(reserved)} of ${shown} is not usable on Windows.`;
    problems.push(createProblem('PATH_RESERVED', pointer, message));
  }
  return problems;
}
