import type { Disclosure } from '../../protocol/disclosure.ts';
import { surveyProject, type ExportChoice } from './export/survey-project.ts';
import type { LeftOut } from './export/plan-payload.ts';

/** What an archive would hold of a project. */
export interface ArchiveList {
  /** Paths relative to the project folder. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly withheld: Disclosure['redacted'];
  readonly tasks_left_out: number;
  readonly left_out: readonly LeftOut[];
}

/** Lists what an export would hold; writes nothing and signs nothing. @throws ReeveError as `exportArchive` */
export async function listArchive(
  projectFolder: string,
  choice: ExportChoice,
  signal?: AbortSignal,
): Promise<ArchiveList> {
  const { plan, disclosure } = await surveyProject({ projectFolder, choice, signer: null, signal });
  return {
    files: plan.files.map(({ path, bytes }) => ({ path, bytes })),
    withheld: disclosure?.redacted ?? [],
    tasks_left_out: disclosure?.tasks.left_out ?? 0,
    left_out: plan.leftOut,
  };
}
