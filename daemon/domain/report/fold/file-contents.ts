import { sha256Hex } from '../../../../protocol/digest.ts';
import type { WantedFile } from '../report.ts';
import { readOrder, type OrderContent } from './order-content.ts';
import { readReview, type ReviewContent } from './review-content.ts';

/** What was read of a file that the log names, or why nothing was. */
export type FileContent =
  | { readonly type: 'order'; readonly order: OrderContent }
  | { readonly type: 'review'; readonly review: ReviewContent }
  | { readonly type: 'changed' }
  | { readonly type: 'unreadable' };

/** Keeps what the report needs of files, by path. */
export interface FileContents {
  readonly add: (file: WantedFile, bytes: Uint8Array) => void;
  readonly of: (path: string) => FileContent | undefined;
  /** Paths of files that are not what the log says. */
  readonly changed: () => readonly string[];
}

/** Creates the store. @param maxCharacters kept of all files together; later ones are not kept */
export function createFileContents(maxCharacters: number): FileContents {
  // As text, which takes a third of the memory.
  const contents = new Map<string, string>();
  const changed: string[] = [];
  let characters = 0;
  return {
    add: (file, bytes) => {
      const content = readContent(file, bytes);
      if (content.type === 'changed') changed.push(file.path);
      const text = JSON.stringify(content);
      if (characters + text.length > maxCharacters) return;
      characters += text.length;
      contents.set(file.path, text);
    },
    of: (path) => {
      const text = contents.get(path);
      return text === undefined ? undefined : (JSON.parse(text) as FileContent);
    },
    changed: () => changed,
  };
}

function readContent(file: WantedFile, bytes: Uint8Array): FileContent {
  if (sha256Hex(bytes) !== file.sha256) return { type: 'changed' };
  if (file.kind === 'pack') {
    const order = readOrder(bytes);
    return order === null ? { type: 'unreadable' } : { type: 'order', order };
  }
  // The review names its artifacts relative to the task folder, and lies beside them.
  const folder = file.path.slice(`tasks/${file.taskId}/`.length, file.path.lastIndexOf('/'));
  const review = readReview(bytes, folder);
  return review === null ? { type: 'unreadable' } : { type: 'review', review };
}
