import { ReeveError } from '../protocol/errors.ts';
import type { SubmitAnswer } from '../daemon/ports/services.ts';

/** The error of a pack that was refused: every problem in its message, one per line, and where the file was kept. */
export function refusedPack(answer: SubmitAnswer): ReeveError {
  const { problems, warnings, kept_as, pack_sha256 } = answer;
  const lines = problems.map(({ pointer, message, hint }) => {
    const place = pointer === '' ? 'the file' : pointer;
    return `${place}: ${message}${hint === undefined ? '' : ` ${hint}`}`;
  });
  const kept = kept_as === null ? '' : ` It was kept as ${kept_as}.`;
  return new ReeveError('PACK_INVALID', ['The pack is refused.', ...lines].join('\n'), {
    hint: `Correct it and hand it in again; reeve validate lists every problem.${kept}`,
    details: { problems, warnings, kept_as, pack_sha256 },
  });
}
