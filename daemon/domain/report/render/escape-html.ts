import { visibleText } from './visible-text.ts';

/** Escapes text for HTML, inside elements and quoted attributes alike. */
export function escapeHtml(text: string): string {
  return visibleText(text).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
