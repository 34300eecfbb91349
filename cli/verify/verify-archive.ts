import { resolve } from 'node:path';
import { verifyArchive } from '../../daemon/archive/verify-archive.ts';
import type { ArchiveReport } from '../../daemon/archive/verify-archive.ts';
import { verifyProject } from '../../daemon/ledger/verify-project.ts';
import type { VerifyReport } from '../../daemon/ledger/verify-report.ts';
import type { Answer, Context, Paint } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { formatBytes, plural } from '../render/format.ts';
import { reportLines, verdictExit } from './report-lines.ts';

const MAX_SHOWN = 50;

/** `reeve verify --archive FILE`: the archive's own digests, then the ledger inside; nothing is imported. */
export async function verifyArchiveFile(context: Context, file: string): Promise<Answer> {
  const { host, options, paint } = context;
  const report = await verifyArchive({
    file: resolve(host.cwd, file),
    verify: (folder) => verifyProject(folder),
  });
  return {
    data: report,
    text: () => archiveLines(report, paint),
    exit: archiveExit(report, options.flag('strict')),
  };
}

function archiveExit(report: ArchiveReport<VerifyReport>, strict: boolean): number {
  if (report.problem_count > 0) return EXIT.tampered;
  return report.ledger === null ? EXIT.cannotVerify : verdictExit(report.ledger, strict);
}

function archiveLines(report: ArchiveReport<VerifyReport>, paint: Paint): readonly string[] {
  const { problems, problem_count, ledger } = report;
  const verdict = report.ok ? paint.green('INTACT') : paint.red('DAMAGED');
  const facts = `${formatBytes(report.bytes)}, ${plural(report.files, 'file')}`;
  const shown = problems.slice(0, MAX_SHOWN);
  return [
    `${verdict} ${paint.safe(report.archive)}: ${facts}`,
    ...(report.archive_id === null ? [] : [`  archive id ${report.archive_id}`]),
    ...shown.map(({ entry, problem }) => {
      return `  ${paint.red('✗')} ${paint.safe(entry === null ? problem : `${entry}: ${problem}`)}`;
    }),
    ...(problem_count > shown.length ? [`  and ${problem_count - shown.length} more`] : []),
    ...(ledger === null ? [] : reportLines(report.project_id ?? 'project', ledger, paint)),
  ];
}
