/**
 * Makes text from outside safe to print: one line, no terminal escapes, no reordering.
 *
 * Threat: titles, paths and output are chosen by workers and packs. A control sequence could rewrite the screen or the
 * clipboard, and a bidi control could show a path as another one (CVE-2021-42574).
 */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return SHORT[character] ?? (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 4)}}`);
  });
}

/** C0, DEL, C1, line separators, bidi controls, invisible tags, and the byte order mark. */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '  ' };

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
