/**
 * The look of the report: one column of text, system fonts, both colour schemes, paper always light.
 *
 * Every text colour has a contrast of at least 4.5 to every ground it stands on (WCAG 2.2 AA).
 */
export const STYLE_SHEET = `
:root {
  --ground: #fff; --ink: #1b2026; --faint: #5a636e; --line: #d9dee4; --tint: #f5f7f9; --link: #0b57b8;
  --good: #0f6a34; --bad: #a8142a; --warn: #7a4d00; --plain: #4a535e;
  --good-tint: #ebf6ef; --bad-tint: #fcf0f1; --warn-tint: #fcf5e6; --plain-tint: #f0f2f5;
  --serif: 'Iowan Old Style', 'Palatino Linotype', Palatino, 'URW Palladio L', P052, Georgia, serif;
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif;
  --mono: ui-monospace, SFMono-Regular, 'Cascadia Mono', Menlo, Consolas, 'Liberation Mono', monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #14181c; --ink: #e3e7ec; --faint: #a3adb8; --line: #343c45; --tint: #1c2228; --link: #8dbcff;
    --good: #7fdca0; --bad: #ffa3a8; --warn: #edc477; --plain: #b8c1cb;
    --good-tint: #16291e; --bad-tint: #301c20; --warn-tint: #2b2415; --plain-tint: #222931;
  }
}
* { box-sizing: border-box; }
html { background: var(--ground); color: var(--ink); font: 1rem/1.55 var(--sans); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { max-width: 62rem; margin: 0 auto; padding: 3.5rem 1.5rem 6rem; overflow-wrap: break-word; }
header { border-bottom: 3px double var(--line); padding-bottom: 1.25rem; margin-bottom: 2rem; }
.kicker { margin: 0; font-size: .8125rem; letter-spacing: .12em; text-transform: uppercase; color: var(--faint); }
h1, h2, h3 { font-family: var(--serif); font-weight: 600; line-height: 1.2; text-wrap: balance; }
h1 { margin: .35rem 0 0; font-size: clamp(2rem, 6vw, 2.75rem); overflow-wrap: anywhere; }
h2 { margin: 3.25rem 0 1rem; font-size: 1.625rem; }
h3 { margin: 0 0 1.25rem; font-size: 1.375rem; overflow-wrap: anywhere; }
h3 > code:first-child { display: block; font-size: .8125rem; font-weight: 400; color: var(--faint); margin-bottom: .25rem; background: none; padding: 0; }
h4 { margin: 2rem 0 .5rem; font-size: .9375rem; font-weight: 650; }
p, ul, ol { max-width: 46rem; }
p { margin: 0 0 1rem; }
a { color: var(--link); }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code { font: .875em/1.5 var(--mono); overflow-wrap: anywhere; unicode-bidi: isolate; background: var(--tint); border-radius: 3px; padding: .1em .3em; }
bdi { white-space: pre-wrap; }
.faint { color: var(--faint); }
dl { margin: 0 0 1.25rem; }
dl > div { display: grid; grid-template-columns: 11rem minmax(0, 1fr); gap: 0 1.25rem; padding: .5rem 0; border-top: 1px solid var(--line); }
dt { grid-row: 1 / span 99; color: var(--faint); font-size: .875rem; line-height: 1.7; }
dd { grid-column: 2; margin: 0; }
dd + dd { margin-top: .2rem; }
ul { padding-left: 1.25rem; }
li { margin: .35rem 0; }
li::marker { color: var(--faint); }
.steps { padding-left: 1.5rem; }
.steps li { margin: .75rem 0; }
pre { margin: .35rem 0 0; padding: .6rem .8rem; background: var(--tint); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; }
pre code { background: none; padding: 0; }
table { width: 100%; border-collapse: collapse; margin: .75rem 0 1.5rem; font-size: .9375rem; line-height: 1.45; }
caption { text-align: left; color: var(--faint); font-size: .875rem; padding-bottom: .5rem; }
th, td { text-align: left; vertical-align: top; padding: .55rem .9rem .55rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
th:last-child, td:last-child { padding-right: 0; }
thead th { border-top: 0; border-bottom: 1px solid var(--faint); color: var(--faint); font-size: .8125rem; font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 400; min-width: 7.5rem; }
td.end, th.end { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td > div + div, th > div + div { margin-top: .3rem; }
.mark { display: inline-block; white-space: nowrap; font: 600 .8125rem/1.5 var(--sans); padding: .05rem .5rem .05rem .4rem; border-radius: 99px; border: 1px solid currentColor; }
h3 .mark { vertical-align: .2em; margin-left: .35rem; }
.sign { font-weight: 700; }
.good { color: var(--good); background: var(--good-tint); }
.bad { color: var(--bad); background: var(--bad-tint); }
.warn { color: var(--warn); background: var(--warn-tint); }
.plain { color: var(--plain); background: var(--plain-tint); }
.figures { list-style: none; max-width: none; padding: 0; margin: 0 0 1.5rem; display: grid; grid-template-columns: repeat(4, 1fr); gap: .75rem; }
.figures li { margin: 0; padding: .8rem .9rem .7rem; border-radius: 8px; font-size: .8125rem; line-height: 1.35; }
.figures strong { display: block; font: 600 1.75rem/1.15 var(--serif); font-variant-numeric: lining-nums; }
.callout { border-left: 4px solid currentColor; border-radius: 0 8px 8px 0; padding: .9rem 1.25rem .8rem; margin: 0 0 1.5rem; }
.callout .title { font-weight: 650; margin: 0 0 .35rem; }
.callout ul { margin: 0; color: var(--ink); }
.callout li:only-child { list-style: none; margin-left: -1.25rem; }
article { border: 1px solid var(--line); border-radius: 10px; padding: 1.5rem 1.75rem .75rem; margin: 1.5rem 0 2.5rem; }
article dl > div:first-child { border-top: 0; }
@media screen { article { content-visibility: auto; contain-intrinsic-size: auto 60rem; } }
@media (max-width: 44rem) {
  body { padding: 1.75rem 1rem 4rem; }
  h2 { margin-top: 2.5rem; }
  dl > div { display: block; }
  .figures { grid-template-columns: repeat(2, 1fr); }
  article { padding: 1.1rem 1rem .25rem; border-radius: 8px; }
  table, tbody, tr, th, td { display: block; }
  caption { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { border-top: 1px solid var(--line); padding: .6rem 0; }
  th, td, td.end { border: 0; padding: .12rem 0; text-align: left; white-space: normal; }
  td::before { content: attr(data-label); display: block; color: var(--faint); font-size: .8125rem; }
  td:empty { display: none; }
}
@page { margin: 18mm 16mm 20mm; @bottom-right { content: counter(page) ' / ' counter(pages); font: 8pt sans-serif; } }
@media print {
  html { font-size: 9pt; }
  body { max-width: none; padding: 0; }
  article { border: 0; border-top: 1.5pt solid var(--ink); border-radius: 0; padding: 1rem 0 0; }
  h2, h3, h4, caption, thead { break-after: avoid; }
  /* Browsers strand a heading above a grid or table all the same: it claims room for what follows, and gives it back. */
  h2, h3, h4 { break-inside: avoid; }
  h2::after, h3::after, h4::after { content: ''; display: block; height: 5rem; margin-bottom: -5rem; }
  thead { display: table-header-group; }
  tr, dd, li, dt, .callout, .figures, pre { break-inside: avoid; }
  p, li { orphans: 3; widows: 3; }
  a { color: inherit; text-decoration: none; }
  .good, .bad, .warn, .plain { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
