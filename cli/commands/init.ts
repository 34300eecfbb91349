import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { CONFIG_FILE, findConfigFile } from '../../daemon/config/find-config-file.ts';
import { BYTE_FOR_BYTE } from '../../daemon/runtime/make-data-folders.ts';
import type { Answer, Context } from '../context.ts';
import { configTemplate } from '../init/config-template.ts';
import { EXAMPLE_FILES } from '../init/example-files.ts';
import { ensureKey, keyLines, NO_KEY_WANTED } from '../init/ensure-key.ts';
import { findPackageFile } from '../package-file.ts';

/** `reeve init`: makes what a repository needs and the user's key, and never overwrites anything of the user's. */
export async function init(context: Context): Promise<Answer> {
  const { host, options, paint } = context;
  const { repository: root } = await findConfigFile(join(host.cwd, options.text('repo') ?? ''), null);
  const withExample = options.flag('example');
  const project = options.text('project') ?? 'default';
  const files = new Map<string, string>([
    [CONFIG_FILE, configTemplate({ project, withExample })],
    ['workflow/.gitignore', IGNORE_ALL],
    ['workflow/.gitattributes', BYTE_FOR_BYTE],
    ['progress/.gitignore', IGNORE_ALL],
    ['.reeve/.gitignore', IGNORE_ALL],
    ...(withExample ? EXAMPLE_FILES : []),
  ]);
  await mkdir(join(root, 'workflow', project, 'inbox'), { recursive: true });
  const created: string[] = [];
  const kept: string[] = [];
  for (const [file, text] of files) ((await createFile(join(root, file), text)) ? created : kept).push(file);
  await refreshSchemas(join(root, '.reeve', 'schemas'));
  const key = options.value('key') === false ? NO_KEY_WANTED : ensureKey(root, host.env);
  const next = nextSteps(withExample, relative(host.cwd, root));
  return {
    data: { root, created, kept, key, next },
    text: () => [
      ...created.map((file) => `${paint.green('✓')} created ${file}`),
      ...kept.map((file) => `${paint.dim('·')} kept ${file} as it was`),
      ...keyLines(key, paint),
      '',
      'Next:',
      ...next.map((line) => `  ${line}`),
    ],
  };
}

/** A folder that ignores itself and all it holds: no file of the user's repository is touched. */
const IGNORE_ALL =
  '# Made by reeve: ledgers and state stay out of the repository. Archive them with reeve export.\n*\n';

const SCHEMA_FILES = [
  'config.schema.json',
  'common.schema.json',
  'step-pack.schema.json',
  'scenario.schema.json',
];

/** Writes a file that must not exist yet; false when it does. */
async function createFile(file: string, text: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Editors read the schemas from here, wherever Reeve itself is installed. */
async function refreshSchemas(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of SCHEMA_FILES) {
    await writeFile(join(folder, name), await readFile(await findPackageFile(`schemas/${name}`), 'utf8'));
  }
}

function nextSteps(withExample: boolean, root: string): readonly string[] {
  const inRoot = (path: string): string => (root === '' ? path : join(root, path));
  return [
    ...(withExample
      ? [`reeve run ${inRoot('examples/hello.json')}   # do the example pack here and now`]
      : [`edit ${inRoot(CONFIG_FILE)}: name the worker that does the work (or: reeve init --example)`]),
    'reeve doctor                    # check this machine',
    'reeve start                     # watch workflow/ for packs',
  ];
}
