import { readFileSync } from 'node:fs';

/** The version in Reeve's own `package.json`, from the source tree as well as from `dist/`. */
export function reeveVersion(): string {
  for (const place of ['../package.json', '../../package.json']) {
    const found = readPackage(new URL(place, import.meta.url));
    if (found?.name === 'reeve' && found.version !== undefined) return found.version;
  }
  return '0.0.0';
}

function readPackage(file: URL): { readonly name?: string; readonly version?: string } | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
  } catch {
    return null;
  }
}
