// Charts of the table they stand beside, which says the same to those who do not see them.
import uPlot from "uplot";

import "uplot/dist/uPlot.min.css";

const HEIGHT = 220;
const DAY = { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" };

// Below zero with a real minus, as everywhere on the page.
function numbers(language, options) {
  const format = new Intl.NumberFormat(language, options);
  return { format: (value) => format.format(value).replace("-", "\u2212") };
}

function draw(figure) {
  const { days, series } = JSON.parse(figure.querySelector("script").textContent);
  const place = figure.querySelector("[data-plot]");
  const style = getComputedStyle(figure);
  const language = document.documentElement.lang;
  const number = numbers(language);
  const short = numbers(language, { notation: "compact" });
  const day = new Intl.DateTimeFormat(language, DAY);
  const axis = {
    stroke: style.getPropertyValue("--soft"),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: style.getPropertyValue("--line"), width: 1 },
    ticks: { show: false },
  };
  const tickDay = new Intl.DateTimeFormat(language, { ...DAY, year: undefined });
  const plot = new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      cursor: { points: { size: 7 } },
      legend: { live: true },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map((t) => tickDay.format(t * 1000)), space: 70, size: 32 },
        { ...axis, values: (_, ticks) => ticks.map((t) => short.format(t)), size: 56 },
      ],
      series: [
        { label: figure.dataset.day, value: (_, t) => (t == null ? "" : day.format(t * 1000)) },
        ...series.map(({ label, color }) => ({
          label,
          stroke: style.getPropertyValue(color),
          width: 2,
          points: { show: days.length < 2 },
          value: (_, points) => (points == null ? "" : number.format(points)),
        })),
      ],
    },
    [days, ...series.map(({ values }) => values)],
    place,
  );
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place);
}

function drawAll() {
  document.querySelectorAll("figure[data-chart]").forEach((figure) => {
    figure.querySelector("[data-plot]").replaceChildren();
    draw(figure);
  });
}

document.addEventListener("htmx:after:swap", drawAll);
// Colours are drawn, not styled: another theme needs another drawing.
new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
