"use strict";
(function () {
  const data = JSON.parse(document.getElementById("numbers").textContent);
  const byId = (id) => document.getElementById(id);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const printing = matchMedia("print");
  // Okabe and Ito's colours, told apart by all kinds of sight; lines differ in dashes too.
  const light = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#7a5c00", "#56b4e9", "#111111",
    "#6a3d9a"];
  const night = ["#56b4e9", "#e69f00", "#2fbf94", "#e59cc6", "#f0e442", "#8fb8ff", "#eeeeee",
    "#ff8f73"];
  const dashes = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
  const isDark = () => dark.matches && !printing.matches;
  const colour = (i) => (isDark() ? night : light)[i % 8];
  const dash = (i) => dashes[Math.floor(i / 8) % 6];

  function layout(extra) {
    const ink = isDark() ? "#e6e8eb" : "#1c2024";
    const rule = isDark() ? "#343a42" : "#dfe3e8";
    const axis = { gridcolor: rule, zerolinecolor: rule, linecolor: rule, automargin: true,
      title: { standoff: 8 } };
    const base = {
      margin: { l: 50, r: 12, t: 8, b: 42 }, font: { color: ink, size: 12 },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", hovermode: "closest",
      legend: { orientation: "h", yref: "container", y: 0, yanchor: "bottom", x: 0,
        font: { size: 11 }, traceorder: "normal" },
    };
    const made = Object.assign(base, extra);
    made.xaxis = Object.assign({}, axis, extra.xaxis);
    made.yaxis = Object.assign({}, axis, extra.yaxis);
    return made;
  }

  const config = { responsive: true, displayModeBar: false };

  function draw(id, traces, extra) {
    const place = byId(id);
    if (!place) return;
    if (!traces.length) {
      byId("figure-" + id).hidden = true;
      return;
    }
    const made = layout(extra);
    const named = traces.filter((t) => t.showlegend !== false);
    if (named.length > 1) {  // room for the legend below, as many rows as it takes
      const width = 60 + 6.3 * Math.max(...named.map((t) => t.name.length));
      const columns = Math.max(1, Math.floor((place.clientWidth - 20) / width));
      const room = 19 * Math.ceil(named.length / columns) + 8;
      made.margin = Object.assign({}, made.margin, { b: 46 + room });
      place.style.height = 270 + room + "px";
      made.height = 270 + room;
    }
    Plotly.react(place, traces, made, config);
  }

  const label = (kind, values) => ({ title: { text: values, standoff: 8 }, type: kind });
  const power = { type: "log", exponentformat: "power", dtick: 1 };

  function line(one, i, more) {
    return Object.assign({ x: one.steps, y: one.values, name: one.name, mode: "lines",
      line: { color: colour(i), dash: dash(i), width: 1.8 },
      hovertemplate: "%{fullData.name}<br>step %{x}: %{y:.4g}<extra></extra>" }, more);
  }

  function lines(id, found, y, more) {
    draw(id, found.map((one, i) => line(one, i)), {
      xaxis: label("linear", "step"), yaxis: Object.assign({ title: { text: y } }, more),
      showlegend: found.length > 1,
    });
  }

  function spanned(found) {
    const all = found.flatMap((one) => one.values).filter((v) => v > 0);
    const decades = Math.log10(Math.max(...all) / Math.min(...all));
    return decades > 6 ? Object.assign({}, power, { dtick: Math.ceil(decades / 6) }) : power;
  }

  function curves() {
    const names = [...new Set(data.epochs.flatMap((e) => Object.keys(e.logs)))];
    const plain = names.filter((n) => !n.startsWith("val_"));
    const axes = (name) => (/loss|error|mse|mae/.test(name) ? "y" : "y2");
    const traces = names.map((name) => {
      const own = name.replace(/^val_/, "");
      const epochs = data.epochs.filter((e) => name in e.logs);
      return { x: epochs.map((e) => e.epoch + 1), y: epochs.map((e) => e.logs[name]), name,
        yaxis: axes(own), mode: epochs.length > 40 ? "lines" : "lines+markers",
        line: { color: colour(plain.indexOf(own)), dash: own === name ? "solid" : "dash" },
        marker: { size: 5, symbol: own === name ? "circle" : "diamond" },
        hovertemplate: name + "<br>epoch %{x}: %{y:.5g}<extra></extra>" };
    }).filter((t) => plain.length && t.x.length);
    const second = traces.some((t) => t.yaxis === "y2");
    draw("curves", traces, { xaxis: label("linear", "epoch"), yaxis: { title: { text: "loss" } },
      margin: { l: 50, r: second ? 52 : 12, t: 8, b: 42 },
      yaxis2: { overlaying: "y", side: "right", showgrid: false, automargin: true,
        tickmode: "auto", nticks: 6, title: { text: "metric", standoff: 8 } } });
  }

  function tensors(id, found) {
    const layers = [...new Set(found.map((t) => t.layer))];
    const roles = [...new Set(found.map((t) => t.role))];
    const least = data.comparison.least;  // 0 lies there: a logarithm has no place for it
    const traces = found.map((t, i) => line(t, 0, { name: t.layer, legendgroup: t.layer,
      showlegend: found.findIndex((one) => one.layer === t.layer) === i, meta: t.name,
      y: t.values.map((v) => (v === null ? null : Math.max(v, least))), text: t.values,
      line: { color: colour(layers.indexOf(t.layer)), width: 1.8,
        dash: dashes[roles.indexOf(t.role) % 6] },
      hovertemplate: "%{meta}<br>step %{x}: %{text:.2e}<extra></extra>" }));
    draw(id, traces, { xaxis: label("linear", "step"), showlegend: true, yaxis: Object.assign(
      { title: { text: "relative difference" } }, power,
      { range: [Math.log10(least) - 0.2, 0.3], dtick: least < 1e-12 ? 4 : 2 }) });
  }

  function whole() {
    curves();
    const one = (id, found, y, more) =>
      lines(id, found ? [Object.assign({ name: y }, found)] : [], y, more);
    one("loss", data.loss, "loss", { rangemode: "tozero" });
    one("rate", data.rate, "learning rate", { rangemode: "tozero", exponentformat: "power" });
    lines("flow", data.norms, "‖gradient‖", spanned(data.norms));
    lines("ratios", data.ratios, "‖Δw‖ / ‖w‖", spanned(data.ratios));
    lines("spread", data.spread, "standard deviation", {});
    const dead = data.dead.filter((d) => d.values.some((v) => v > 0));
    const traces = dead.map((d, i) => line(d, i, { name: d.name + " dead" })).concat(
      data.saturation.map((d, i) => line(d, i, { name: d.name + " saturated",
        line: { color: colour(i), dash: "dot", width: 1.8 } })));
    draw("dead", traces, { xaxis: label("linear", "step"),
      yaxis: { title: { text: "share" }, range: [-0.02, 1.02], tickformat: ".0%" } });
    if (data.comparison) {
      const fits = data.comparison.fits.map((f, i) => ({ x: f.places.map((_, k) => k),
        y: f.values, text: f.places, name: f.name, mode: "lines+markers",
        line: { color: colour(i), dash: dash(i) },
        hovertemplate: "%{text}: %{y:.2e}<extra></extra>" }));
      draw("comparison", fits, { xaxis: label("linear", "place in the run"),
        yaxis: Object.assign({ title: { text: "relative difference" } }, power) });
      data.comparison.fits.forEach((fit, i) => tensors("tensors" + i, fit.tensors));
    }
  }

  // -- what the slider moves ----------------------------------------------------------------

  const slider = byId("step"), chooser = byId("series"), slots = byId("slot");
  const at = (one, step) => {
    let best = 0;
    one.steps.forEach((s, i) => { if (s <= step) best = i; });
    return best;
  };

  function present() {
    return data.histograms[Number(chooser.value)];
  }

  function centres(one) {
    const n = one.shares[0].length, width = (one.high - one.low) / n;
    return Array.from({ length: n }, (_, k) => one.low + (k + 0.5) * width);
  }

  function moved() {
    const step = data.steps[Number(slider.value)];
    byId("shown").textContent = "step " + step;
    slider.setAttribute("aria-valuetext", "step " + step);
    const one = present();
    if (one) {
      const i = at(one, step);
      const most = Math.max(...one.shares.flat()) / 1000;
      draw("histogram", [{ type: "bar", x: centres(one), y: one.shares[i].map((s) => s / 1000),
        marker: { color: colour(0) }, hovertemplate: "%{x:.4g}: %{y:.1%}<extra></extra>" }], {
        xaxis: label("linear", one.title), bargap: 0.04,
        yaxis: { title: { text: "share of values" }, range: [0, Math.min(1, most) * 1.02],
          tickformat: ".0%" } });
      byId("histogram").dataset.step = one.steps[i];
      Plotly.relayout("heat", { shapes: [mark(one.steps[i])] });
    }
    const flow = data.norms.filter((n) => n.steps.length);
    draw("layers", flow.length ? [{ type: "bar", orientation: "h", y: flow.map((n) => n.name),
      x: flow.map((n) => n.values[at(n, step)]), marker: { color: colour(1) },
      hovertemplate: "%{y}: %{x:.3e}<extra></extra>" }] : [], {
      xaxis: Object.assign({ title: { text: "‖gradient‖", standoff: 8 }, range: reach(flow) },
        power),
      yaxis: { autorange: "reversed", tickfont: { size: 11 } } });
  }

  function reach(found) {
    const all = found.flatMap((n) => n.values).filter((v) => v > 0).map(Math.log10);
    return all.length ? [Math.min(...all) - 0.2, Math.max(...all) + 0.2] : [0, 1];
  }

  function mark(step) {
    return { type: "line", x0: step, x1: step, y0: 0, y1: 1, yref: "paper",
      line: { color: isDark() ? "#ffffff" : "#d55e00", width: 2, dash: "dot" } };
  }

  function chosen() {
    const one = present();
    if (!one) return;
    const z = centres(one).map((_, k) => one.shares.map((row) => Math.sqrt(row[k] / 1000)));
    const shown = centres(one).map((_, k) => one.shares.map((row) => row[k] / 1000));
    draw("heat", [{ type: "heatmap", x: one.steps, y: centres(one), z, customdata: shown,
      colorscale: isDark() ? [[0, "#1c2025"], [0.5, "#2f6db5"], [1, "#e3f1ff"]]
        : [[0, "#f6f7f9"], [0.5, "#5b9bd5"], [1, "#08264d"]], showscale: false,
      hovertemplate: "step %{x}, %{y:.4g}: %{customdata:.1%}<extra></extra>" }], {
      xaxis: label("linear", "step"), yaxis: { title: { text: one.title } } });
    moved();
  }

  function slotChosen() {
    const found = data.slots.filter((s) => s.kind === slots.value);
    const what = found.length ? found[0].what : "norm";
    lines("slots", found, (what === "min" ? "smallest" : "norm of") + " " + slots.value.replace("_", " "), spanned(found));
  }

  function options(select, entries) {
    for (const [group, found] of entries) {
      const into = group ? Object.assign(document.createElement("optgroup"), { label: group }) : select;
      for (const [value, text] of found) {
        into.append(Object.assign(document.createElement("option"), { value, textContent: text }));
      }
      if (group) select.append(into);
    }
  }

  function prepare() {
    const groups = new Map();
    data.histograms.forEach((h, i) => {
      if (!groups.has(h.path)) groups.set(h.path, []);
      groups.get(h.path).push([i, h.path + ": " + h.title]);
    });
    options(chooser, [...groups]);
    options(slots, [["", [...new Set(data.slots.map((s) => s.kind))].map((k) => [k, k.replace("_", " ")])]]);
    slider.max = Math.max(0, data.steps.length - 1);
    slider.value = slider.max;
    const asked = new URLSearchParams(location.hash.slice(1));
    if (asked.has("step")) slider.value = at({ steps: data.steps }, Number(asked.get("step")));
    if (asked.has("series")) {
      const found = data.histograms.findIndex((h) => h.path + "," + h.kind === asked.get("series"));
      if (found >= 0) chooser.value = String(found);
    }
    if (!data.histograms.length) document.querySelector(".moving").hidden = true;
    if (!data.slots.length) byId("slot").closest("section").hidden = true;
    slider.addEventListener("input", moved);
    chooser.addEventListener("change", chosen);
    slots.addEventListener("change", slotChosen);
    byId("play").addEventListener("click", play);
    dark.addEventListener("change", all);
    printing.addEventListener("change", all);
  }

  let timer = null;
  function play() {
    const button = byId("play");
    if (timer !== null) {
      clearInterval(timer);
      timer = null;
    } else {
      if (Number(slider.value) >= Number(slider.max)) slider.value = 0;
      timer = setInterval(() => {
        slider.value = Number(slider.value) + 1;
        moved();
        if (Number(slider.value) >= Number(slider.max)) play();
      }, 120);
    }
    button.textContent = timer === null ? "Play" : "Pause";
    button.setAttribute("aria-pressed", String(timer !== null));
  }

  function all() {
    whole();
    if (data.histograms.length) chosen();
    if (data.slots.length) slotChosen();
  }

  prepare();
  all();
  document.documentElement.dataset.ready = "yes";
})();
