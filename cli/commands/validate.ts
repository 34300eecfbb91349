import { sha256Hex } from '../../protocol/digest.ts';
import { parseStepPack } from '../../protocol/step-pack/parse-step-pack.ts';
import type { Answer, Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readPackFile } from '../pack-file.ts';
import { plural } from '../render/format.ts';
import { problemLines } from '../render/problem-lines.ts';

/** `reeve validate FILE`: checks a pack and lists every problem at once; exits 1 when it would be refused. */
export async function validate(context: Context, [file = '']: readonly string[]): Promise<Answer> {
  const { host, paint } = context;
  const { name, bytes } = await readPackFile(host.cwd, file);
  const parsed = parseStepPack(bytes);
  const problems = parsed.ok ? [] : parsed.problems;
  const { warnings } = parsed;
  const facts = { file: name, sha256: sha256Hex(bytes), bytes: bytes.byteLength };
  const counts = [plural(problems.length, 'problem'), plural(warnings.length, 'warning')].join(', ');
  const verdict = parsed.ok ? paint.green(`✓ valid (${counts})`) : paint.red(`✗ refused (${counts})`);
  return {
    data: { ...facts, valid: parsed.ok, problems, warnings, pack: parsed.ok ? parsed.value : null },
    text: () => [...problemLines({ problems, warnings }, paint), `${verdict}: ${paint.safe(name)}`],
    exit: parsed.ok ? EXIT.ok : EXIT.failed,
  };
}
