import type { KeptList } from '../fold/kept-list.ts';
import type { OrderContent } from '../fold/order-content.ts';
import type { PackAcceptedData } from '../../../../protocol/generated/types.ts';
import type { OrderStory, ReworkStory, TaskStory } from '../fold/task-story.ts';
import { clockTime, count, grouped } from '../words/amounts.ts';
import { inTask } from '../words/places.ts';
import { notShown, type ReadFile } from './read-file.ts';
import { code, faint, heading, paragraph, said, type Block, type Fact, type Line } from './page.ts';

/** Who asked, for what, and within which bounds. */
export function composeOrders(story: TaskStory, read: ReadFile): readonly Block[] {
  const { orders, reworks, taskId } = story;
  const isOne = orders.items.length + orders.dropped === 1;
  return [
    heading(4, 'Who asked, and what was allowed'),
    ...(orders.items.length === 0
      ? [
          paragraph(
            'No order is in the log: the work was reported by an outside tool, or the line is withheld.',
          ),
        ]
      : []),
    ...(orders.dropped === 0
      ? []
      : [paragraph(`${count(orders.dropped, 'earlier order')} in the log are not told here.`)]),
    ...orders.items.map((order): Block => ({
      type: 'facts',
      rows: orderFacts(taskId, order, read(order.data.file), isOne),
    })),
    ...(reworks.items.length === 0
      ? []
      : [{ type: 'facts', rows: [{ label: 'Sent back', lines: reworkLines(taskId, reworks) }] } as const]),
  ];
}

const SOURCES = {
  inbox: 'Somebody who may write the project’s inbox folder put it there (Reeve does not learn who), as ',
  cli: 'Handed in with the reeve command as ',
  http: 'Handed in over the local interface as ',
} as const;

function orderFacts(
  taskId: string,
  { data, actor, time, stepId }: OrderStory,
  content: ReturnType<ReadFile>,
  isOne: boolean,
): readonly Fact[] {
  const step: readonly Fact[] = isOne
    ? []
    : [{ label: 'Step', lines: [[code(stepId), ' ', said(data.step_title), ` (revision ${data.r})`]] }];
  const { max_attempts: tries, max_rework_rounds: rounds } = data.retry;
  return [
    ...step,
    {
      label: 'Who asked',
      lines: [
        [SOURCES[data.source], code(data.name)],
        [`Accepted ${clockTime(time)}, recorded by ${actor.kind} `, said(actor.id)],
      ],
    },
    {
      label: 'Order',
      lines: [[code(inTask(taskId, data.file))], ['SHA-256 ', code(data.pack_sha256)]],
    },
    ...contentFacts(content, data),
    {
      label: 'Tries allowed',
      lines: [
        [
          `${count(tries, 'attempt')} for each revision, ${count(rounds, 'rework round')}; then ${EXHAUSTED[data.retry.on_exhausted]}`,
        ],
      ],
    },
    ...(data.depends_on.length === 0
      ? []
      : [{ label: 'Only after', lines: data.depends_on.map((id): Line => [code(id)]) }]),
  ];
}

const EXHAUSTED = { escalate: 'a person decides', reject: 'it is rejected' } as const;

function contentFacts(content: ReturnType<ReadFile>, data: PackAcceptedData): readonly Fact[] {
  if (typeof content === 'object' && content.type === 'order')
    return allowedFacts(content.order, data.step_title);
  return [
    {
      label: 'What was allowed',
      lines: [[notShown(content)], ['Criteria named in the log: ', code(data.criteria.join(', '))]],
    },
  ];
}

function allowedFacts(order: OrderContent, title: string): readonly Fact[] {
  const { objective, description, allowedPaths, forbiddenPaths, requiredCommands, alsoAllowed } = order;
  // The title stands above; a pack that says no more repeats it in both.
  const prose = [...new Set([objective, description])].filter((text, index) => index === 0 || text !== title);
  return [
    { label: 'Objective', lines: prose.flatMap((text) => text.split('\n')).map((text) => [said(text)]) },
    { label: 'May change', lines: codes(allowedPaths, 'nothing') },
    { label: 'May not change', lines: codes(forbiddenPaths, 'anything else') },
    {
      label: 'Dependencies and CI',
      lines: [[alsoAllowed.length === 0 ? 'No change allowed.' : `Allowed: ${alsoAllowed.join(', ')}.`]],
    },
    { label: 'Must succeed', lines: codes(requiredCommands, 'no command') },
  ];
}

function codes({ items, dropped }: KeptList<string>, none: string): readonly Line[] {
  if (items.length === 0) return [[`(${none})`]];
  const lines = items.map((text): Line => [code(text)]);
  return dropped === 0 ? lines : [...lines, [faint(`and ${grouped(dropped)} more in the order`)]];
}

function reworkLines(taskId: string, { items, dropped }: KeptList<ReworkStory>): readonly Line[] {
  const lines = items.map(({ data, time, actor }): Line => [
    `Revision ${data.target_revision}, ${clockTime(time)}, by `,
    data.source === 'controller' ? 'Reeve' : said(`${actor.kind} ${actor.id}`),
    `: ${count(data.open_problems, 'open problem')}, `,
    code(inTask(taskId, data.file)),
  ]);
  return dropped === 0 ? lines : [[faint(`${count(dropped, 'earlier rework')} in the log`)], ...lines];
}
