/** The example of `reeve init --example`: a pack, and the scenario that its scripted worker plays. */
export const EXAMPLE_FILES: ReadonlyMap<string, string> = new Map([
  ['examples/hello.json', toText(pack())],
  ['examples/hello.scenario.json', toText(scenario())],
]);

function pack(): object {
  return {
    $schema: '../.reeve/schemas/step-pack.schema.json',
    task_id: 'HELLO-1',
    title: 'A program that says hello',
    objective:
      'See one work order go its whole way: done in a worktree, judged, committed on a branch of its own.',
    allowed_paths: ['hello/**'],
    commands_to_run: ['node hello/hello.mjs'],
    acceptance_criteria: ['AC1: hello/hello.mjs runs and exits 0.'],
  };
}

function scenario(): object {
  return {
    $schema: '../.reeve/schemas/scenario.schema.json',
    description: 'What the scripted worker does in every attempt.',
    attempts: {
      default: [
        { type: 'print', text: 'Reading the brief…\n' },
        { type: 'sleep', ms: 300 },
        {
          type: 'write',
          path: 'hello/hello.mjs',
          text: "console.log('Hello from a worktree of its own.');\n",
        },
        { type: 'print', text: 'Wrote hello/hello.mjs.\n' },
      ],
    },
  };
}

function toText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
