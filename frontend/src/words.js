// The words of a text by themselves, each in a field of its own, before the code that they stand in.
// The code alone is sent: what is typed here goes into it at once.
const PARTS = /\{%[^]*?%\}|<[^>]*>|(?:\{\{[^]*?\}\}|(?!\{%|<)[^])+|[^]/g;
const isCode = (part) => /^(\{%|<)/.test(part);
const hasLetters = (part) => /\p{L}/u.test(part.replace(/\{\{[^]*?\}\}|&\w+;/g, ""));
const CHARACTERS_IN_A_LINE = 55;

// What the words of a part are, by the code before it: a name of `data-names`.
function* places(parts) {
  let region = "";
  let tag = "";
  for (const part of parts) {
    if (!isCode(part)) {
      yield region || tag;
      continue;
    }
    region = part.match(/^\{%-?\s*capture\s+(\w+)/)?.[1] ?? (/^\{%-?\s*endcapture/.test(part) ? "" : region);
    if (part[0] === "<") tag = part.match(/^<(\w+)/)?.[1].toLowerCase() ?? "";
    yield "";
  }
}

function draw(list) {
  const code = document.getElementById(list.dataset.wordsOf);
  const names = JSON.parse(list.dataset.names);
  const parts = code.value.match(PARTS) ?? [];
  const found = [...places(parts)].flatMap((place, at) =>
    !isCode(parts[at]) && hasLetters(parts[at]) && !["style", "script"].includes(place)
      ? [field(names[place] ?? names.p, parts[at], (words) => {
          parts[at] = words;
          code.value = parts.join("");
        })]
      : [],
  );
  list.replaceChildren(...found);
}

function field(name, part, keep) {
  const [, before, words, after] = part.match(/^([\s.,;:!?)]*)([^]*?)(\s*)$/);
  const label = document.createElement("label");
  const input = document.createElement("textarea");
  input.value = words.replace(/\s+/g, " ");
  input.rows = Math.ceil(input.value.length / CHARACTERS_IN_A_LINE);
  input.dataset.takesVariables = "";
  input.addEventListener("input", () => keep(before + input.value.replaceAll("<", "&lt;") + after));
  label.append(Object.assign(document.createElement("span"), { textContent: name }), input);
  return label;
}

const drawAll = () => document.querySelectorAll("[data-words-of]").forEach(draw);
document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail.ctx.target.id === "page") drawAll();
});
document.addEventListener("input", ({ target }) => {
  const list = document.querySelector(`[data-words-of="${target.id}"]`);
  if (target.id && list) draw(list);
});
