/**
 * Selects the test files whose path contains any of the given parts; without parts, all of them.
 *
 * @param {readonly string[]} files paths with forward slashes, relative to the checkout.
 * @param {readonly string[]} parts as typed by a person: `./` and backslashes are taken as meant.
 * @returns {string[]}
 */
export function selectTests(files, parts) {
  const wanted = parts.map((part) => part.replaceAll('\\', '/').replace(/^\.\//, ''));
  return files.filter(
    (file) =>
      file.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((part) => file.includes(part))),
  );
}
