"""The style sheet of the HTML report: light and dark, wide and narrow."""

CSS = """
:root {
  color-scheme: light dark;
  --page: #fbfbf9; --card: #ffffff; --text: #1d2126; --soft: #5c6670; --rule: #dfe3e6;
  --ok: #1a7f37; --bad: #c62828; --wait: #8a5a00;
  --output: #2f6fb5; --loss: #111111; --gradient: #d1495b; --slot: #8657a6;
  --moving: #12908e; --weight: #c77700; --metric: #7a8a2a; --drift: #b9c0c6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --card: #1c2024; --text: #e7eaed; --soft: #9aa5af; --rule: #333a41;
    --ok: #58c474; --bad: #ff7b72; --wait: #e0b050;
    --output: #74aef0; --loss: #f4f4f4; --gradient: #ff8fa0; --slot: #c8a0ec;
    --moving: #4fd0cd; --weight: #ffb454; --metric: #c3d366; --drift: #59636c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.2rem clamp(.8rem, 3vw, 2.5rem) 4rem; max-width: 80rem;
  background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
h1 { font-size: 1.55rem; line-height: 1.25; margin: .2rem 0 .4rem; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
p { margin: .5rem 0; max-width: 48rem; }
code, td.num, .fact { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; }
code { font-size: .88em; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.ok { color: var(--ok); } .out, .error { color: var(--bad); }
.later, .differs { color: var(--wait); }
.verdict { font-size: 1.15rem; font-weight: 600; }
.facts { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; color: var(--soft); font-size: .88rem; }
.facts b { color: var(--text); font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .35rem 1.4rem .35rem 0; text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 500; border-bottom: 1px solid var(--rule); }
tr + tr td { border-top: 1px solid var(--rule); }
td.num { text-align: right; white-space: nowrap; font-size: .85rem; }
th.num { text-align: right; }
@media (max-width: 44rem) {
  table, tbody, tr, td { display: block; width: auto; }
  tr:has(> th) { display: none; }
  tr { border-top: 1px solid var(--rule); padding: .45rem 0; }
  tr + tr td { border: 0; }
  td, td.num { padding: .05rem 0; text-align: left; white-space: normal; }
  td:first-child { font-weight: 600; }
  td:empty { display: none; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--soft);
    font-family: system-ui, "DejaVu Sans", sans-serif; }
}
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17.5rem), 1fr));
  gap: .8rem; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 8px;
  padding: .6rem .7rem .3rem; min-width: 0; }
.card.failed { border-color: var(--bad); }
.card h3 { font-size: .88rem; margin: 0; overflow-wrap: anywhere; }
.card p { margin: .1rem 0 .2rem; font-size: .78rem; color: var(--soft); overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 10px; font-family: inherit; }
svg .grid { stroke: var(--rule); stroke-width: 1; fill: none; }
svg .band { stroke: var(--bad); stroke-width: 1.2; stroke-dasharray: 5 4; fill: none; }
svg .line { fill: none; stroke-width: 1.5; stroke-linejoin: round;
  stroke-linecap: round; stroke: currentColor; }
svg .line.drift { stroke: var(--drift); stroke-width: 1.3; }
.k-output { color: var(--output); } .k-loss { color: var(--loss); }
.k-gradient { color: var(--gradient); } .k-slot { color: var(--slot); }
.k-moving { color: var(--moving); } .k-weight { color: var(--weight); }
.k-metric { color: var(--metric); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .82rem; color: var(--soft);
  max-width: none; }
.legend i { display: inline-block; width: 1.1rem; height: 0; border-top: 2.5px solid currentColor;
  margin-right: .35rem; vertical-align: .25em; }
.legend i.band { border-top: 2px dashed var(--bad); }
.legend i.drift { color: var(--drift); }
details > summary { cursor: pointer; font-size: 1.05rem; font-weight: 600; margin: 1.4rem 0 .6rem; }
ul.notes > li { margin: .55rem 0; max-width: 60rem; }
ul.notes summary { display: list-item; margin: .1rem 0; font-size: .88rem; font-weight: 400; }
pre { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: .7rem;
  overflow-x: auto; font-size: .8rem; }
ul { padding-left: 1.1rem; margin: .4rem 0; }
li { margin: .15rem 0; overflow-wrap: anywhere; }
"""
