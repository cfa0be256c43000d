// A text in Liquid taken apart: the words that people read, and the code that holds them.
const OF_HTML = /\{%[^]*?%\}|<[^>]*>|(?:\{\{[^]*?\}\}|(?!\{%|<)[^])+|[^]/g;
const OF_TEXT = /\{%[^]*?%\}|(?:\{\{[^]*?\}\}|(?!\{%)[^])+|[^]/g;
const VARIABLE = /\{\{[^]*?\}\}/g;
const INLINE = new Set(["b", "br", "em", "i", "small", "span", "strong", "u", "wbr"]);

// The parts in order; joined, they are the text. Those with words say where they stand, which of them
// are one sentence, and when they are used, as `names` calls it (message_words.py).
export function takeApart(source, { isHtml, names }) {
  const parts = source.match(isHtml ? OF_HTML : OF_TEXT) ?? [];
  const isCode = (part) => part.startsWith("{%") || (isHtml && part.startsWith("<"));
  const conditions = new Conditions(names);
  let region = "";
  let tag = "";
  let sentence = 0;
  const words = [];
  parts.forEach((part, at) => {
    if (!isCode(part)) {
      const isRead = hasLetters(part) && !["style", "script"].includes(tag);
      if (isRead) words.push({ at, sentence, place: region || tag, when: conditions.inWords() });
    } else if (part[0] === "<") {
      const inner = tagOf(part);
      if (inner !== undefined) sentence += 1;
      tag = inner ?? tag;
    } else {
      const [, isEnd, name] = part.match(/^\{%-?\s*(end)?capture\s*(\w*)/) ?? [];
      if (name !== undefined) {
        region = isEnd ? "" : name;
        sentence += 1;
      }
      conditions.meet(part);
    }
  });
  return { parts, words };
}

const hasLetters = (part) => /\p{L}/u.test(part.replace(VARIABLE, "").replace(/&\w+;/g, ""));

// What the words after a tag are in; undefined where it changes nothing.
function tagOf(code) {
  const [, isEnd, name] = code.toLowerCase().match(/^<(\/?)(\w+)/) ?? [];
  if (!name || INLINE.has(name)) return undefined;
  return isEnd ? "" : (code.match(/\sclass="([\w-]+)"/)?.[1] ?? name);
}

// Which conditions hold at a place in the text.
class Conditions {
  constructor(names) {
    this.names = names;
    this.open = [];
  }

  inWords() {
    return this.open.map(({ now }) => now).filter(Boolean).join(", ");
  }

  meet(code) {
    const [, tag, asked] = code.match(/^\{%-?\s*(\w+)\s*([^]*?)\s*-?%\}$/) ?? [];
    const inner = this.open.at(-1);
    if (tag === "if" || tag === "unless") this.open.push({ asked, tag, now: this.said(asked, tag === "if") });
    else if (tag === "for") this.open.push({ now: this.names.loops[asked.match(/\sin\s+(\w+)/)?.[1]] ?? asked });
    else if (tag === "case") this.open.push({ asked, now: "" });
    else if (["endif", "endunless", "endfor", "endcase"].includes(tag)) this.open.pop();
    else if (tag === "elsif" && inner) Object.assign(inner, { tag, now: this.said(asked, true) });
    else if (tag === "when" && inner) inner.now = `${inner.asked}: ${asked}`;
    else if (tag === "else" && inner) {
      const isOpposite = inner.tag === "if" || inner.tag === "unless";
      inner.now = isOpposite ? this.said(inner.asked, inner.tag === "unless") : this.names.otherwise;
    }
  }

  said(asked, holds) {
    const known = this.names.conditions[asked];
    return known ? known[holds ? 0 : 1] : this.names[holds ? "if" : "unless"].replace("{condition}", asked);
  }
}

// As people read and type it: of variables no more than the name, `<` for what HTML writes as &lt;.
export class Words {
  constructor(part, { isHtml }) {
    const [, before, words, after] = part.match(/^([\s.,;:!?)]*)([^]*?)(\s*)$/);
    Object.assign(this, { before, after, isHtml, folded: [] });
    this.shown = split(words, (code) => this.fold(code), isHtml ? decoded : (text) => text);
  }

  fold(code) {
    const name = code.match(/^\{\{-?\s*([\w.]+)\s*\|/)?.[1];
    if (!name) return code;
    const token = `{{ ${name} \u2026 }}`;
    this.folded.push({ token, name, code });
    return token;
  }

  // The part again, with what was typed. A token that was written twice stands for the same code.
  unfold(typed) {
    const left = [...this.folded];
    const code = (token) => {
      const at = left.findIndex((each) => each.token === token);
      const found = at < 0 ? this.folded.findLast((each) => each.token === token) : left.splice(at, 1)[0];
      return found?.code ?? token;
    };
    return this.before + split(typed, code, this.isHtml ? encoded : (text) => text) + this.after;
  }
}

// Joined again, each variable and each piece between two of them as they are to be.
function split(text, variable, other) {
  let end = 0;
  let made = "";
  for (const found of text.matchAll(VARIABLE)) {
    made += other(text.slice(end, found.index)) + variable(found[0]);
    end = found.index + found[0].length;
  }
  return made + other(text.slice(end));
}

function decoded(html) {
  const reader = document.createElement("textarea");
  // Letters around it: a textarea would lose a line's end at the start.
  reader.innerHTML = `.${html.replace(/[ \t\r\n]+/g, " ").replaceAll("<", "&lt;")}`;
  return reader.value.slice(1);
}

const encoded = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

// The forms of `{{ points | plural: one: "# point", other: "# points" }}`, which are words as well.
const FORM = /\b(zero|one|two|few|many|other):\s*("[^"]*"|'[^']*')/g;

export function formsOf(code) {
  if (!/\|\s*plural\s*:/.test(code)) return [];
  return [...code.matchAll(FORM)].map(([, form, quoted]) => ({ form, words: quoted.slice(1, -1) }));
}

// Liquid writes no quote within quotes: it becomes another.
export function withForm(code, form, words) {
  const kept = words.replaceAll('"', "'");
  return code.replace(FORM, (found, name) => (name === form ? `${name}: "${kept}"` : found));
}
