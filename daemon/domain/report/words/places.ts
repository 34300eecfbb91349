/** Where a file of the project lies in the unzipped archive. @param path relative to the project folder */
export function inArchive(path: string): string {
  return `data/${path}`;
}

/** Where a file of a task lies in the unzipped archive. @param path relative to the task folder */
export function inTask(taskId: string, path: string): string {
  return inArchive(`tasks/${taskId}/${path}`);
}
