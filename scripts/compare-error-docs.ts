const ERROR_CODE = /^[A-Z][A-Z0-9_]+$/;

/**
 * Compares the error codes a page describes with those the code can raise, both ways.
 *
 * A code is described by a heading (`### CODE`) or by the first cell of a table row (`| CODE |`), with or without
 * backticks. Codes of other catalogues may stand on the same page below a heading that holds the word "reason".
 *
 * @returns one sentence per difference; none when the page is complete.
 */
export function compareErrorDocs(page: string, codes: readonly string[]): readonly string[] {
  const described = listDescribed(page);
  const missing = codes.filter((code) => !described.includes(code));
  const unknown = described.filter((code) => !codes.includes(code));
  const repeated = described.filter((code, index) => described.indexOf(code) !== index);
  return [
    ...missing.map((code) => `docs/errors.md does not describe ${code} of protocol/errors.ts`),
    ...unknown.map((code) => `docs/errors.md describes ${code}, which protocol/errors.ts does not have`),
    ...repeated.map((code) => `docs/errors.md describes ${code} more than once`),
  ];
}

function listDescribed(page: string): readonly string[] {
  const described: string[] = [];
  let isElsewhere = false;
  for (const line of page.split('\n')) {
    const subject = readSubject(line);
    if (subject === undefined) continue;
    if (ERROR_CODE.test(subject)) {
      if (!isElsewhere) described.push(subject);
    } else if (line.startsWith('#')) {
      isElsewhere = /\breason/i.test(subject);
    }
  }
  return described;
}

/** What a heading or a table row is about, without its decoration. */
function readSubject(line: string): string | undefined {
  const found = /^#+\s+(.*)$/.exec(line) ?? /^\|([^|]*)\|/.exec(line);
  return found?.[1]?.replaceAll(/[`*]/g, '').trim();
}
