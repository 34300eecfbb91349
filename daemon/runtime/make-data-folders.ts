import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataPaths } from '../config/config.ts';
import { ignoreItself } from './ignore-itself.ts';

/** Makes the folders of a data root; a file that exists in one of them is never touched. */
export async function makeDataFolders(
  paths: Pick<DataPaths, 'workflow' | 'progress' | 'state'>,
): Promise<void> {
  for (const folder of [paths.workflow, paths.progress, paths.state]) await ignoreItself(folder);
  await writeFile(join(paths.workflow, '.gitattributes'), BYTE_FOR_BYTE, { flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
}

/** For whoever tracks ledgers in git: it must not change line ends in what is hashed. */
export const BYTE_FOR_BYTE = `# Hashed and signed byte for byte: no line end may change, in the logs or in what they name.
*.jsonl -text
* -text
`;
