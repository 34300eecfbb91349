import type { FileContent } from '../fold/file-contents.ts';

/** Reads what is known of a file of a task; the path is relative to the task folder. */
export type ReadFile = (path: string) => FileContent | 'withheld' | undefined;

/** Why the content of a file is not told here. */
export function notShown(content: ReturnType<ReadFile>): string {
  if (content === 'withheld') return 'The content of this file was withheld from the archive.';
  if (content?.type === 'changed')
    return 'The file does not have this digest, so its content is not told here.';
  if (content?.type === 'unreadable') return 'This version of Reeve could not read the file.';
  return 'The file holds it; it is not repeated here.';
}
