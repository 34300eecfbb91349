import type { Problem } from '../../protocol/problem.ts';
import type { Paint } from '../context.ts';

/** Problems and warnings for a person: where, what, and what would be accepted. */
export function problemLines(
  found: { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] },
  paint: Paint,
): readonly string[] {
  return [
    ...found.problems.flatMap((problem) => toLines(problem, paint.red('✗'), paint)),
    ...found.warnings.flatMap((problem) => toLines(problem, paint.yellow('!'), paint)),
  ];
}

function toLines({ code, pointer, message, hint }: Problem, mark: string, paint: Paint): readonly string[] {
  const place = paint.bold(paint.safe(pointer === '' ? 'the file' : pointer));
  return [
    `${mark} ${place}: ${paint.safe(message)} ${paint.dim(code)}`,
    ...(hint === undefined ? [] : [`    → ${paint.safe(hint)}`]),
  ];
}
