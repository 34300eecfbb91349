import { sha256Hex } from '../../protocol/digest.ts';
import { ReeveError } from '../../protocol/errors.ts';
import type { StepPack } from '../../protocol/generated/types.ts';
import { parseStepPack } from '../../protocol/step-pack/parse-step-pack.ts';
import { parseStepResult, stepResultProblems } from '../../protocol/step-result.ts';
import type { Context } from '../context.ts';
import { usage } from '../options.ts';
import { readPackFile } from '../pack-file.ts';
import type { PackFile } from '../pack-file.ts';

/** What an offline review is asked to judge. */
export interface ReviewRequest {
  readonly pack: StepPack;
  readonly packSha256: string;
  /** The worker's StepResult, as it is. */
  readonly report: PackFile;
  /** Revision the work started from. */
  readonly base: string;
  /** Revision to judge; null: the checkout as it is. */
  readonly head: string | null;
}

/**
 * Reads the two files and the range of `reeve review`.
 *
 * @throws ReeveError PACK_INVALID with every problem, USAGE
 */
export async function readReviewRequest(context: Context, args: readonly string[]): Promise<ReviewRequest> {
  const { host, options } = context;
  const [packPath = '', reportPath = ''] = args;
  const { bytes, name } = await readPackFile(host.cwd, packPath);
  const parsed = parseStepPack(bytes);
  if (!parsed.ok) {
    const lines = parsed.problems.map(
      ({ pointer, message }) => `${pointer === '' ? name : pointer}: ${message}`,
    );
    throw new ReeveError('PACK_INVALID', [`${name} is not a valid StepPack.`, ...lines].join('\n'), {
      hint: `See: reeve validate ${packPath}`,
      details: { problems: parsed.problems },
    });
  }
  const head = options.text('head') ?? null;
  const base = options.text('base') ?? (head === null ? 'HEAD' : null);
  if (base === null) throw usage('--head needs --base: the commit the work started from.');
  const report = await readPackFile(host.cwd, reportPath);
  assertSameStep(report, parsed.value);
  return { pack: parsed.value, packSha256: sha256Hex(bytes), report, base, head };
}

/** A report that cannot be read is a finding; one of another step is a mistake of whoever called. */
function assertSameStep({ bytes, name }: PackFile, pack: StepPack): void {
  const parsed = parseStepResult(bytes);
  if (!parsed.ok) return;
  const [foreign] = stepResultProblems(parsed.value, pack).filter(({ code }) => code === 'IDENTITY_MISMATCH');
  if (foreign === undefined) return;
  throw usage(`${name} belongs to other work: ${foreign.message}`, 'Give the StepResult of this very step.');
}
