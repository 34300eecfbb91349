import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { escapeHtml } from '../../../../daemon/domain/report/render/escape-html.ts';
import { escapeMarkdown, markdownCode } from '../../../../daemon/domain/report/render/escape-markdown.ts';
import { visibleText } from '../../../../daemon/domain/report/render/visible-text.ts';
import { bytes, clockTime, dollars, duration } from '../../../../daemon/domain/report/words/amounts.ts';
import { attempt, escalated, pack, recorded, started } from '../../../helpers/task-spec.ts';
import { ofProject, ofTask, reportOf } from './report-spec.ts';

describe('text from outside', () => {
  test('shows controls, bidi marks and invisible characters, and leaves letters and emoji whole', () => {
    assert.equal(visibleText('a\u001b[31m\nb\rc\td'), 'a\\x1b[31m\\nb\\rc  d');
    assert.equal(
      visibleText('\u202egnp.exe\u2066\u200b\ufeff'),
      '\\u{202e}gnp.exe\\u{2066}\\u{200b}\\u{feff}',
    );
    assert.equal(visibleText('x\u{e0041}y\ud800'), 'x\\u{e0041}y\\u{d800}');
    assert.equal(visibleText('naïve שלום 👩‍💻 می‌خواهم'), 'naïve שלום 👩‍💻 می‌خواهم');
  });

  test('is no markup in HTML', () => {
    assert.equal(escapeHtml('<b a="1" b=\'2\'>&`'), '&#60;b a=&#34;1&#34; b=&#39;2&#39;&#62;&#38;&#96;');
  });

  test('is no markup in Markdown', () => {
    assert.equal(
      escapeMarkdown('[x](y) *a* _b_ `c` <i> ~d~ $e$ &amp;'),
      '\\[x\\](y) \\*a\\* \\_b\\_ \\`c\\` \\<i\\> \\~d\\~ \\$e\\$ \\&amp;',
    );
    assert.equal(escapeMarkdown('a|b\\'), 'a&#124;b&#92;');
    assert.equal(escapeMarkdown('FORBIDDEN_PATH'), 'FORBIDDEN_PATH');
  });

  test('begins no block in Markdown', () => {
    assert.equal(escapeMarkdown('# a'), '\\# a');
    assert.equal(escapeMarkdown('  - a'), '  \\- a');
    assert.equal(escapeMarkdown('==='), '\\===');
    assert.equal(escapeMarkdown('1. a'), '1\\. a');
    assert.equal(escapeMarkdown('1.2.0'), '1.2.0');
  });

  test('is code where a reader would make it a link or a mention', () => {
    assert.equal(escapeMarkdown('see https://x.example'), '`see https://x.example`');
    assert.equal(escapeMarkdown('@all'), '`@all`');
    assert.equal(escapeMarkdown('WWW.x.example'), '`WWW.x.example`');
  });

  test('leaves no code span early, in a table either', () => {
    assert.equal(markdownCode('a`b``c'), '``` a`b``c ```');
    assert.equal(markdownCode(''), '`  `');
    assert.equal(markdownCode(' a'), '`  a `');
    assert.equal(markdownCode('a|b <i>'), '<code>a&#124;b &#60;i&#62;</code>');
  });

  test('whatever it is, holds no markup character in HTML and cuts no table in Markdown', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.doesNotMatch(escapeHtml(text), /[<>"'`\p{Cc}]|&(?!#\d+;)/u);
        assert.doesNotMatch(escapeMarkdown(text), /[|\p{Cc}]/u);
        assert.doesNotMatch(markdownCode(text), /[|\p{Cc}]/u);
      }),
    );
  });
});

describe('amounts', () => {
  test('read as people say them', () => {
    const spans = [840, 12_300, 59_960, 60_000, 245_000, 3_600_000, 7_380_000];
    assert.deepEqual(spans.map(duration), [
      '840 ms',
      '12.3 s',
      '1 min',
      '1 min',
      '4 min 5 s',
      '1 h',
      '2 h 3 min',
    ]);
    const sizes = [1, 2_048, 3 * 1_024 ** 2, 1_024 ** 4];
    assert.deepEqual(sizes.map(bytes), ['1 byte', '2.0 KiB', '3.0 MiB', '1024.0 GiB']);
    assert.deepEqual([0.5, 12].map(dollars), ['US$ 0.5000', 'US$ 12.00']);
    assert.equal(clockTime('2026-02-19T12:00:00Z'), '2026-02-19 12:00:00 UTC');
    assert.equal(clockTime('<never>'), '<never>');
  });
});

const HOSTILE = [
  '</style><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '](javascript:alert(1)) [x](https://evil.example)',
  '| a | b |\n\n# Owned\n\n<details>',
  '\u202e```\u001b]8;;https://evil.example\u0007',
  '&lt;b&gt; {{x}} ${y}',
];

describe('a hostile ledger', () => {
  const reports = HOSTILE.map((text) => {
    const problems = [{ code: 'X', pointer: '', message: text }];
    const detail = {
      reason_detail: text,
      files_changed: [{ path: text, status: text }],
      files_changed_count: 1,
    };
    const findings = [{ code: 'AC_NOT_MET', detail: `${text}!`, paths: [text] }] as const;
    return reportOf({
      events: [
        ofProject(
          { type: 'project.created', data: { project_id: 'p', reeve_version: text } },
          { time: text },
        ),
        ofProject({
          type: 'pack.refused',
          data: { name: text, sha256: null, bytes: 1, kept_as: text, problems, problem_count: 1 },
        }),
        ...ofTask(
          text,
          [
            { type: 'task.opened', data: { project_id: 'p', title: text } },
            { actor: { kind: 'person', id: text } },
          ],
          pack({ name: text, file: text, step_title: text, depends_on: [text] }, { step_id: text }),
          started(0, 0, { worker: text, worker_kind: text, repository: text }),
          recorded(0, 0, 'AC_NOT_MET', { ...detail, findings, finding_count: 1 }),
          ...attempt(0, 1, 'AC_NOT_MET'),
          escalated(),
        ),
      ],
      withheld: [{ log: `tasks/${text.replaceAll('/', '')}/${text}`, seq: 1, type: text, time: text }],
      facts: {
        projectId: text,
        reeveVersion: text,
        verification: { logs: 1, lines: 1, anchors: [text], warnings: [text] },
        leftOut: { tasks: 1, since: text, redactedFiles: [], skippedFiles: [{ path: text, reason: text }] },
      },
    });
  });

  test('puts no element, attribute or address into the page', () => {
    const known =
      /^<(!doctype html|\/?(html|head|body|header|main|article|h[1-4]|p|ul|ol|li|dl|div|dt|dd|table|caption|thead|tbody|tr|th|td|pre|code|bdi|strong|span|a|title|style|meta)( (lang="en"|charset="utf-8"|id="task-\d+"|href="#task-\d+"|aria-hidden="true"|scope="(col|row)"|class="[a-z ]+"|data-label="[A-Za-z ()]*"|name="[a-z-]+"|http-equiv="Content-Security-Policy"|content="[a-z0-9 ',;=.-]+"))*)>$/;
    for (const { html } of reports) {
      const tags = html.replace(/<style>[^<]*<\/style>/, '<style></style>').match(/<[^>]*>?/g) ?? [];
      assert.deepEqual(
        tags.filter((tag) => !known.test(tag)),
        [],
      );
      assert.doesNotMatch(html, /\p{Cf}/u);
    }
  });

  test('forbids the page everything but its own style', () => {
    for (const { html } of reports) {
      assert.match(
        html,
        /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; /,
      );
      assert.doesNotMatch(html, /url\(|@import/);
    }
  });

  test('puts no heading, link, table cell or HTML of its own into the Markdown', () => {
    for (const { markdown } of reports) {
      const prose = markdown.replace(/(`+)[^`](?:.*?[^`])?\1(?!`)/g, 'CODE');
      assert.doesNotMatch(prose, /^#+ Owned/m);
      assert.doesNotMatch(prose, /(?<!\\)<(?!a id="task-\d+"><\/a>|\/a>|\/?code>)/);
      assert.doesNotMatch(prose, /(?<!\\)\]\((?!#task-\d+\))/);
      assert.doesNotMatch(markdown, /(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
      for (const [table] of markdown.matchAll(/^\|.*(?:\n\|.*)+/gm)) {
        const widths = table.split('\n').map((line) => line.split('|').length);
        assert.equal(new Set(widths).size, 1, table);
      }
    }
  });
});
