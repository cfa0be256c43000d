// The words of a text by themselves, each in a field of its own, before the code that they stand in.
// The code alone is sent: what is typed here goes into it at once.
import { Words, formsOf, takeApart, withForm } from "./liquid.js";

const CHARACTERS_IN_A_LINE = 55;

function draw(list) {
  const code = document.getElementById(list.dataset.wordsOf);
  const names = JSON.parse(document.getElementById("names").textContent);
  const isHtml = list.dataset.is === "html";
  const { parts, words } = takeApart(code.value, { isHtml, names });
  // A text of a variable alone, or of nothing yet, is a field as well.
  const found = words.length || isHtml ? words : [{ at: 0, sentence: 0, place: "", when: "" }];
  const labels = found.map(({ place, when }) => {
    const name = list.dataset.place ?? names.places[place] ?? names.places.p;
    return when ? `${name} · ${when}` : name;
  });
  const keep = (at) => (part) => {
    parts[at] = part;
    code.value = parts.join("");
  };
  const sentences = new Map();
  found.forEach(({ at, sentence }, each) => {
    const words = new Words(parts[at] ?? "", { isHtml });
    const drawn = field(numbered(labels, each), words, { keep: keep(at), list, names });
    if (!sentences.has(sentence)) sentences.set(sentence, document.createElement("div"));
    sentences.get(sentence).append(drawn);
  });
  list.replaceChildren(...sentences.values());
}

// Told apart by their order, where nothing else does.
function numbered(labels, at) {
  const same = labels.filter((label) => label === labels[at]).length;
  if (same === 1) return labels[at];
  return `${labels[at]} ${labels.slice(0, at + 1).filter((label) => label === labels[at]).length}`;
}

function field(name, words, { keep, list, names }) {
  const input = typedIn(document.createElement("textarea"), words.shown, list);
  input.rows = Math.ceil(input.value.length / CHARACTERS_IN_A_LINE) || 1;
  input.dataset.takesVariables = "";
  const keepAll = () => keep(words.unfold(input.value));
  input.addEventListener("input", keepAll);
  const part = document.createElement("div");
  part.append(labelled(name, input));
  words.folded.forEach((variable) => {
    const forms = formsOf(variable.code);
    if (forms.length) part.append(numberForms(variable, forms, { keepAll, list, names }));
  });
  return part;
}

// What a variable says of one, of two, of many: folded, for it is rarely another.
function numberForms(variable, forms, { keepAll, list, names }) {
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  const said = forms.map(({ words }) => `\u2068${words}\u2069`).join(" / ");
  summary.append(Object.assign(document.createElement("code"), { textContent: variable.token }), ` ${said}`);
  details.append(summary);
  forms.forEach(({ form, words }) => {
    const input = typedIn(document.createElement("input"), words, list);
    input.addEventListener("input", () => {
      variable.code = withForm(variable.code, form, input.value);
      keepAll();
    });
    details.append(labelled(`${variable.name}: ${names.plural[form]}`, input));
  });
  return details;
}

function typedIn(input, value, { dataset }) {
  return Object.assign(input, { value, dir: dataset.dir, lang: dataset.lang, autocomplete: "off", spellcheck: true });
}

function labelled(name, input) {
  const label = document.createElement("label");
  label.append(Object.assign(document.createElement("span"), { textContent: name }), input);
  return label;
}

const drawAll = () => document.querySelectorAll("[data-words-of]").forEach(draw);
document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail.ctx.target.id === "page") drawAll();
});
document.addEventListener("input", ({ target }) => {
  const list = target.id && document.querySelector(`[data-words-of="${target.id}"]`);
  if (list) draw(list);
});
