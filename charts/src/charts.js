// The charts of a page (图表): each draws what its own <script type="application/json"> says. The table beside
// it says the same in figures and holds the links; without this script the table is all there is.

import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TitleComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";

import { heightOf, options } from "./options.js";
import { theme, tokens } from "./theme.js";

echarts.use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, TooltipComponent, SVGRenderer, CanvasRenderer]);

const known = new WeakMap();

function addressOf(chart, hovered) {
  const addresses = (chart.series[hovered.seriesIndex] || {}).addresses || [];
  return addresses[hovered.dataIndex];
}

function draw(figure) {
  const place = figure.querySelector("[data-drawn]");
  const chart = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
  const t = tokens();
  const old = known.get(figure);
  if (old) old.dispose();
  place.hidden = false;
  place.style.height = `${heightOf(chart)}px`;
  const drawn = echarts.init(place, theme(t), { renderer: "svg" });
  drawn.setOption(options(chart, t));
  drawn.on("click", (hovered) => {
    const address = addressOf(chart, hovered);
    if (address) window.location.assign(address);
  });
  known.set(figure, drawn);
  const button = figure.querySelector("[data-picture]");
  if (button) {
    button.hidden = false;
    button.onclick = () => save(place, chart, t);
  }
}

// A picture people can paste into any document: drawn once more on a canvas of its own, never shown.
function save(place, chart, t) {
  const hidden = document.createElement("div");
  const head = 30; // the title, which the page shows outside of the drawing
  const size = { width: Math.max(place.clientWidth, 640), height: place.clientHeight + head };
  const drawn = echarts.init(hidden, theme(t), { renderer: "canvas", ...size });
  const all = options(chart, t);
  all.title = { text: chart.title, left: 4, top: 2, textStyle: { color: t.ink, fontFamily: t.font, fontSize: t.size + 3 } };
  all.grid.top += head;
  if (all.legend) all.legend.top = head;
  drawn.setOption(all);
  const link = document.createElement("a");
  link.href = drawn.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: t.ground });
  link.download = `${chart.title}.png`;
  link.click();
  drawn.dispose();
}

function drawAll(within) {
  within.querySelectorAll("figure[data-chart]").forEach(draw);
}

function again() {
  drawAll(document);
}

drawAll(document);
window.addEventListener("resize", () => {
  document.querySelectorAll("figure[data-chart]").forEach((figure) => {
    const drawn = known.get(figure);
    if (drawn) drawn.resize();
  });
});
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) drawAll(event.target);
});
