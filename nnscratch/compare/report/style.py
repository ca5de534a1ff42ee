"""The style sheet of the HTML page."""

STYLE = """
:root { color-scheme: light dark; --page: #fff; --ink: #1c2024; --quiet: #60666e;
  --rule: #e2e5e9; --good: #1a7f4b; --bad: #c0292b; --ours: #2563c9; --noise: #b7791f;
  --panel: #f6f7f9; --t0: #0072b2; --t1: #d55e00; --t2: #009e73; --t3: #b0569a;
  --t4: #7a5c00; --t5: #3a8fc2; --t6: #111; --t7: #6a3d9a; }
@media (prefers-color-scheme: dark) { :root { --page: #15181c; --ink: #e6e8eb; --quiet: #9aa2ab;
  --rule: #2c3138; --good: #4cc38a; --bad: #ff7b72; --ours: #79aef7; --noise: #e3b341;
  --panel: #1d2126; --t0: #56b4e9; --t1: #e69f00; --t2: #2fbf94; --t3: #e59cc6;
  --t4: #f0e442; --t5: #8fb8ff; --t6: #eee; --t7: #ff8f73; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.3rem; margin: 0 0 .6rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; overflow-wrap: anywhere; }
h3 { font-size: .95rem; margin: 1.2rem 0 .3rem; color: var(--quiet); }
p { margin: .4rem 0; } ul { margin: .6rem 0; padding-left: 1.2rem; }
.eyebrow, .quiet { color: var(--quiet); font-size: .85rem; font-weight: 400; }
.eyebrow { margin: 0; }
.verdict { font-size: 1.15rem; font-weight: 600; padding: .6rem .8rem; margin: .8rem 0;
  background: var(--panel); border-left: 4px solid; border-radius: 3px; }
.good { color: var(--good); } .bad { color: var(--bad); } .idle { color: var(--quiet); }
.verdict.good, .verdict.bad { border-color: currentColor; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; min-width: 100%; font-size: .88rem;
  font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .22rem .9rem .22rem 0; border-bottom: 1px solid var(--rule);
  font-weight: 400; vertical-align: top; }
thead th { color: var(--quiet); font-size: .8rem; white-space: nowrap; }
td.quiet { white-space: nowrap; }
.n { text-align: right; white-space: nowrap; }
td:last-child, th:last-child { padding-right: 0; }
figure { margin: .6rem 0; } svg { width: 100%; max-width: 46rem; height: auto;
  display: block; overflow: visible; }
figcaption { color: var(--quiet); font-size: .85rem; }
svg text { fill: var(--quiet); font: 11px system-ui, sans-serif; }
.grid { stroke: var(--rule); } line.rtol { stroke: var(--bad); stroke-dasharray: 4 4; }
svg text.rtol { fill: var(--bad); }
polyline { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
polyline.ours { stroke: var(--ours); } circle.ours { fill: var(--ours); }
polyline.noise { stroke: var(--noise); } circle.noise { fill: var(--noise); }
span.ours { color: var(--ours); } span.noise { color: var(--noise); }
.panels { display: grid; gap: .4rem 1.2rem;
  grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
.panel { min-width: 0; } .panel svg { max-width: 26rem; }
.panel line.rtol { stroke-dasharray: none; }
h4 { font-size: .85rem; font-weight: 600; margin: .3rem 0 .1rem; overflow-wrap: anywhere; }
.keys { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; font-size: .85rem; }
.key { display: inline-flex; align-items: center; gap: .4rem; } .key svg { width: 28px; }
.key line { stroke-width: 2; } details { margin: .6rem 0; } summary { cursor: pointer; }
.t0 { stroke: var(--t0); } .t1 { stroke: var(--t1); stroke-dasharray: 6 3; }
.t2 { stroke: var(--t2); stroke-dasharray: 2 2; } .t3 { stroke: var(--t3);
  stroke-dasharray: 8 2 2 2; } .t4 { stroke: var(--t4); stroke-dasharray: 12 3; }
.t5 { stroke: var(--t5); stroke-dasharray: 4 4; } .t6 { stroke: var(--t6);
  stroke-dasharray: 1 3; } .t7 { stroke: var(--t7); stroke-dasharray: 10 2 2 2 2 2; }
pre { margin: .2rem 0 .8rem; padding: .5rem .7rem; background: var(--panel); overflow-x: auto;
  font-size: .82rem; border-radius: 3px; }
@media (max-width: 34rem) { main { padding-top: 1rem; } table { font-size: .8rem; }
  th, td { padding-right: .4rem; } svg text { font-size: 17px; }
  .panel svg text { font-size: 11px; }
  .lines tr { display: grid; grid-template-columns: 1fr 1fr 2.5rem 3.4rem;
    border-bottom: 1px solid var(--rule); padding: .2rem 0; }
  .lines.five tr { grid-template-columns: 1fr 1fr 2.6rem 3.6rem 3.6rem; }
  .lines th, .lines td { border: 0; padding-top: 0; padding-bottom: 0; white-space: normal; }
  .lines td.quiet { grid-column: 1; } .lines tbody th { grid-column: 2 / -1; }
  .lines tbody th:first-child { grid-column: 1 / -1; overflow-wrap: anywhere; }
  .lines thead th.n { white-space: normal; }
  .lines thead th:empty { display: none; } }
"""
