// Charts of the table they stand beside, which says the same to those who do not see them.
import uPlot from "uplot";

import "uplot/dist/uPlot.min.css";

const HEIGHT = 220;
const A_WEEK = 7; // days, each with its own label
const A_DATE = 60; // pixels that the label of a day in a month takes
const BESIDE = 80; // pixels that are not for days
const DAY = { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" };

// Below zero with a real minus, as everywhere on the page.
function numbers(language, options) {
  const format = new Intl.NumberFormat(language, options);
  return { format: (value) => format.format(value).replace("-", "\u2212") };
}

// The days that have a label: all of a week; else as many as fit, counted from today, which is the last.
function labelled(days, width) {
  const step = days.length > A_WEEK ? Math.ceil((days.length * A_DATE) / Math.max(width, A_DATE)) : 1;
  return days.filter((_, at) => (days.length - 1 - at) % step === 0);
}

// "Mon" above "24" in a week, "Nov 24" in a month; today by its name.
function dayLabel({ days, today, language }) {
  const part = (parts) => new Intl.DateTimeFormat(language, { ...parts, timeZone: "UTC" });
  const [weekday, number, date] = [part({ weekday: "short" }), part({ day: "numeric" }), part({ day: "numeric", month: "short" })];
  const isWeek = days.length <= A_WEEK;
  return (seconds) => {
    const day = seconds * 1000;
    const isToday = seconds === days.at(-1);
    if (isWeek) return `${isToday ? today : weekday.format(day).replace(".", "")}\n${number.format(day)}`;
    return isToday ? today : date.format(day);
  };
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
  const label = dayLabel({ days, today: figure.dataset.today, language });
  const plot = new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      cursor: { points: { size: 7 } },
      legend: { live: true },
      padding: [null, 24, null, null], // half of the last day's label
      axes: [
        {
          ...axis,
          splits: () => labelled(days, place.clientWidth - BESIDE),
          values: (_, ticks) => ticks.map(label),
          size: days.length > A_WEEK ? 32 : 46,
        },
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
