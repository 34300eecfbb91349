import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StepPack } from '../../../protocol/generated/types.ts';
import { parseReasonCode } from '../../../protocol/reason-codes.ts';
import { parseReworkPack } from '../../../protocol/rework-pack.ts';
import { parseStepPack } from '../../../protocol/step-pack/parse-step-pack.ts';
import { parseStepResult, stepResultProblems } from '../../../protocol/step-result.ts';
import { blocksOf, readPage, rowsOf, sectionOf } from './read-page.ts';

const page = readPage('docs/protocol.md');

function jsonBlocks(heading: string): readonly string[] {
  return blocksOf(sectionOf(page, heading)).flatMap(({ language, text }) =>
    language === 'json' ? [text] : [],
  );
}

function parsePack(text: string): StepPack {
  const parsed = parseStepPack(Buffer.from(text));
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

describe('docs/protocol.md', () => {
  const [smallest = '', canonical = ''] = jsonBlocks('The smallest one');

  it('shows the smallest pack and the canonical one it becomes', () => {
    const { run_id: runId, ...pack } = parsePack(smallest);
    const { run_id: shownRunId, ...shown } = JSON.parse(canonical) as StepPack;
    assert.deepEqual(pack, shown);
    // The digits are those of the bytes, which a page may wrap otherwise.
    assert.match(runId, /^HELLO-1_[0-9a-f]{12}$/);
    assert.match(shownRunId, /^HELLO-1_[0-9a-f]{12}$/);
    assert.deepEqual(parsePack(canonical), JSON.parse(canonical));
  });

  it('gives aliases that are read as the page says', () => {
    const { title, allowed_paths, acceptance_criteria, commands_to_run, ...rest } = JSON.parse(smallest) as {
      readonly [key: string]: unknown;
    };
    const plain = parsePack(smallest);
    const spelled = parsePack(
      JSON.stringify({
        ...rest,
        step_title: title,
        scope_guard: { allowed_paths },
        acceptance: { AC: acceptance_criteria },
        commands: { required: commands_to_run },
        dependency_policy: { allow_ci_workflow_changes_in_scope: true },
      }),
    );
    assert.equal(spelled.scope.dependency_policy.allow_ci_changes, 'in_scope');
    assert.deepEqual(spelled.scope.allowed_paths, plain.scope.allowed_paths);
    assert.deepEqual(spelled.acceptance, plain.acceptance);
    assert.deepEqual(spelled.commands, plain.commands);
    assert.equal(spelled.step_title, plain.step_title);
    const named = rowsOf(sectionOf(page, 'One fact, several names')).map(([canonicalName]) => canonicalName);
    assert.equal(named.length, 8);
  });

  it('shows a StepResult that is a PASS of the pack above as it stands', () => {
    const [result = ''] = jsonBlocks('StepResult');
    const parsed = parseStepResult(Buffer.from(result));
    assert.ok(parsed.ok && parsed.warnings.length === 0, JSON.stringify(parsed));
    assert.deepEqual(stepResultProblems(parsed.value, parsePack(canonical)), []);
  });

  it('shows a ReworkPack that answers the pack above', () => {
    const [rework = ''] = jsonBlocks('ReworkPack');
    const parsed = parseReworkPack(Buffer.from(rework), parsePack(canonical), 'f'.repeat(64));
    assert.ok(parsed.ok, JSON.stringify(parsed));
    assert.equal(parsed.value.target_revision, 1);
  });

  it('names the older reason codes and what they are read as', () => {
    const [, sentence = ''] =
      /Older packs may say (.*?)\. Reeve itself/s.exec(page.replaceAll('\n', ' ')) ?? [];
    const codes = [...sentence.matchAll(/`(\w+)`/g)].map(([, code]) => String(code));
    assert.equal(codes.length, 8);
    assert.deepEqual(codes.slice(0, 4).map(parseReasonCode), codes.slice(4));
  });
});
