// What is drawn (图形选项) from what the page says: kind, categories, series, marks. Figures come from the page's table.

const number = (value) => (value === null || value === undefined ? "—" : value.toLocaleString("en-US"));

function said(chart) {
  return (hovered) => {
    const rows = Array.isArray(hovered) ? hovered : [hovered];
    const lines = rows
      .filter((row) => row.value !== null && row.value !== undefined)
      .map((row) => `${rows.length > 1 || chart.series.length > 1 ? `${row.seriesName}  ` : ""}${number(row.value)}${chart.unit ? ` ${chart.unit}` : ""}`);
    return [chart.categories[rows[0].dataIndex], ...lines].join("\n");
  };
}

function marks(chart, t) {
  if (!chart.marks.length) return undefined;
  return {
    symbol: "none", silent: true, animation: false,
    data: chart.marks.map((mark, at) => ({
      [chart.kind === "bars" ? "xAxis" : mark.across ? "yAxis" : "xAxis"]: mark.at,
      lineStyle: { color: mark.tone === "no" ? t.red : t.ink, type: mark.across || chart.kind === "bars" ? "dashed" : "solid", width: 1.5 },
      // one above the other: two lines may stand close
      label: { distance: 4 + at * (t.size + 3), position: chart.kind === "bars" ? "start" : "end", formatter: mark.label, color: mark.tone === "no" ? t.red : t.ink, fontFamily: t.font, fontSize: t.size },
    })),
  };
}

function line(series) {
  return {
    type: "line", name: series.name, data: series.values, connectNulls: false, symbol: "circle",
    symbolSize: 6, lineStyle: { width: 2 }, emphasis: { disabled: true },
  };
}

function block(series, t, wide) {
  return {
    type: "bar", name: series.name, barMaxWidth: wide ? 18 : 64, barCategoryGap: wide ? "30%" : "6%",
    emphasis: { disabled: true },
    label: wide ? { show: true, position: "right", color: t.ink, fontFamily: t.font, fontSize: t.size, formatter: (row) => number(row.value) } : undefined,
    data: series.values.map((value, at) => {
      const tone = t.tones[series.tones[at]];
      return tone ? { value, itemStyle: { color: tone } } : value;
    }),
  };
}

// As high as its bars need; a distribution and a trend have one height.
export function heightOf(chart) {
  return chart.kind === "bars" ? 40 + chart.categories.length * 24 * Math.max(1, chart.series.length) : 220;
}

export function options(chart, t) {
  const across = chart.kind === "bars"; // names at the left, bars to the right
  const names = { type: "category", data: chart.categories, inverse: across, axisLabel: { hideOverlap: !across, interval: across ? 0 : "auto" } };
  const values = { type: "value", name: across || chart.series.length > 1 ? "" : chart.unit, nameLocation: "end", nameTextStyle: { align: "left" }, minInterval: chart.whole ? 1 : 0 };
  const drawn = chart.series.map((one) => (chart.kind === "lines" ? line(one) : block(one, t, across)));
  if (drawn.length) drawn[0].markLine = marks(chart, t);
  const several = chart.series.length > 1;
  return {
    grid: { left: 4, right: 24, top: several ? 36 : 20 + (t.size + 3) * Math.max(1, chart.marks.length), bottom: 4, containLabel: true },
    legend: several ? { top: 0, left: 0, formatter: (name) => (chart.unit ? `${name}（${chart.unit}）` : name) } : undefined,
    tooltip: { trigger: across ? "item" : "axis", confine: true, formatter: said(chart), axisPointer: { type: chart.kind === "lines" ? "line" : "none" } },
    xAxis: across ? values : names,
    yAxis: across ? names : values,
    series: drawn,
  };
}
