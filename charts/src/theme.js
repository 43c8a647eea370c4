// The chart theme (图表主题), read from the tokens of the page, so that dark follows by itself.

export function tokens() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return {
    ink: of("--ink"), second: of("--ink-2"), third: of("--ink-3"), ground: of("--ground"),
    rule: of("--rule"), edge: of("--rule-2"), red: of("--zhu"), plain: of("--c6"), font: of("--sans"),
    series: ["--c2", "--c1", "--c3", "--c4", "--c5", "--c6"].map(of),
    tones: { no: of("--zhu"), un: of("--zhe-line"), ok: of("--song"), plain: of("--rule-2"), strong: of("--ink") },
    size: parseFloat(of("--f-12")) || 12,
  };
}

export function theme(t) {
  const words = { color: t.second, fontFamily: t.font, fontSize: t.size };
  const axis = {
    axisLine: { lineStyle: { color: t.edge } }, axisTick: { show: false }, axisLabel: words,
    nameTextStyle: words, splitLine: { lineStyle: { color: t.rule } },
  };
  return {
    color: t.series, backgroundColor: "transparent", animation: false,
    textStyle: { fontFamily: t.font, color: t.ink },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false } },
    legend: { textStyle: words, itemWidth: 14, itemHeight: 8 },
    // Rich text is drawn inside the picture: HTML of a tooltip would need inline styles, which the page refuses.
    tooltip: {
      renderMode: "richText", backgroundColor: t.ground, borderColor: t.edge, borderWidth: 1,
      textStyle: { color: t.ink, fontFamily: t.font, fontSize: t.size + 1 },
    },
  };
}
