import { ReeveError } from '../../protocol/errors.ts';
import type { Config } from '../../daemon/config/config.ts';
import type { Answer, Context, Paint } from '../context.ts';
import { checkKey } from '../doctor/check-key.ts';
import { checkLedger } from '../doctor/check-ledger.ts';
import { checkMachine } from '../doctor/check-machine.ts';
import { checkRepository } from '../doctor/check-repository.ts';
import { checkWorkers } from '../doctor/check-workers.ts';
import type { DoctorFinding } from '../doctor/finding.ts';
import { fail, ok } from '../doctor/finding.ts';
import { EXIT } from '../exit-codes.ts';
import { plural } from '../render/format.ts';

/** `reeve doctor`: looks at everything work depends on; exits 1 when any of it is broken. It changes nothing. */
export async function doctor(context: Context): Promise<Answer> {
  const findings = [...(await checkMachine()), ...(await checkConfigured(context))];
  const failed = findings.filter(({ state }) => state === 'fail').length;
  const warned = findings.filter(({ state }) => state === 'warn').length;
  const { paint } = context;
  return {
    data: { findings, failed, warned },
    text: () => [
      ...findings.flatMap((finding) => toLines(finding, paint)),
      '',
      verdict(failed, warned, paint),
    ],
    exit: failed > 0 ? EXIT.failed : EXIT.ok,
  };
}

async function checkConfigured(context: Context): Promise<readonly DoctorFinding[]> {
  const config = await context.config().catch((error: unknown) => {
    if (error instanceof ReeveError) return error;
    throw error;
  });
  if (config instanceof ReeveError) {
    return [fail('configuration', config.message, config.hint ?? 'See docs/configuration.md.')];
  }
  const { host } = context;
  return [
    checkConfig(config),
    ...(await checkRepository(config, host)),
    ...(await checkWorkers(config, host)),
    ...(await checkLedger(config)),
    checkKey(config),
  ];
}

function checkConfig(config: Config): DoctorFinding {
  return ok('configuration', config.file ?? 'no reeve.yaml; defaults are in force (reeve init writes one)');
}

function toLines({ check, state, evidence, fix }: DoctorFinding, paint: Paint): readonly string[] {
  const mark = { ok: paint.green('✓'), warn: paint.yellow('!'), fail: paint.red('✗') }[state];
  const [first = '', ...rest] = evidence.split('\n').map(paint.safe);
  return [
    `${mark} ${paint.bold(paint.safe(check))}: ${first}`,
    ...rest.map((line) => `    ${line}`),
    ...(fix === null ? [] : [`    → ${paint.safe(fix)}`]),
  ];
}

function verdict(failed: number, warned: number, paint: Paint): string {
  if (failed > 0) return paint.red(`${plural(failed, 'problem')} to mend before work can be done.`);
  return paint.green(warned > 0 ? `Ready, with ${plural(warned, 'remark')}.` : 'Everything is ready.');
}
