/**
 * Makes text from outside safe to show on one line: controls and characters that hide or reorder others become visible.
 *
 * Threat: a bidi control shows a path as another one (CVE-2021-42574), and invisible characters make two names look
 * alike. What joins letters and emoji (ZWNJ, ZWJ, variation selectors) stays: without it words fall apart.
 */
export function visibleText(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = Number(character.codePointAt(0));
    return SHORT[character] ?? (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 4)}}`);
  });
}

/** Controls, lone surrogates, line separators, and whatever shows as nothing at all, bidi controls among it. */
const UNSAFE =
  /[\p{Cc}\p{Cs}\u2028\u2029\ufff9-\ufffb]|(?![\u200c\u200d\p{Variation_Selector}])\p{Default_Ignorable_Code_Point}/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '  ' };

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
