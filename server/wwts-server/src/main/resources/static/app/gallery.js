/** The gallery: what was shown once is known from then on. Its section lists labels; each picture can be added and asked. */
import { ask, at, button, make, percent, why } from './parts.js';

let summary;
let words = {};
let told = () => '';

function say(text) {
  told = text;
  at('remembered').textContent = told(words);
}

/** Tells the section in these words. */
export function sayGallery(spoken) {
  words = spoken;
  at('gallery').hidden = !summary;
  if (!summary) {
    return;
  }
  const labels = Object.entries(summary.labels);
  at('labels').replaceChildren(...labels.map(([label, count]) => {
    const item = make('li');
    const name = make('span', `${label} × ${count}`);
    name.lang = 'zh-CN';
    const forget = button(words.forget, () => change('DELETE', `examples?label=${encodeURIComponent(label)}`, (w) => w.forgot(label)));
    forget.setAttribute('aria-label', `${words.forget} ${label}`);
    item.append(name, forget);
    return item;
  }));
  at('known').replaceChildren(...labels.map(([label]) => new Option(label, label)));
  at('threshold').textContent = labels.length === 0 ? words.nothing : words.threshold(summary.threshold);
  at('calibrate').hidden = labels.length < 2;
  at('remembered').textContent = told(words);
}

/** Shows the section, of a server that has a gallery. */
export async function openGallery(spoken) {
  const { answer } = await ask('GET', 'v1/gallery');
  summary = answer ?? summary;
  sayGallery(spoken);
}

async function change(method, path, sentence, file) {
  const outcome = await ask(method, `v1/gallery${path.startsWith(':') ? '' : '/'}${path}`, file);
  await openGallery(words);
  say(outcome.answer ? (w) => sentence(w, outcome.answer) : (w) => why(outcome, w));
  return outcome;
}

export const calibrate = () => change('POST', ':calibrate', (w, it) => w.calibrated(it));

/** What the gallery says of a card's picture; nothing where it is empty. */
export async function askGallery(card) {
  if (summary?.examples > 0) {
    card.match = await ask('POST', 'v1/gallery:recognize', card.file);
  }
}

function matchText(match) {
  if (!match.answer) {
    return why(match, words);
  }
  const { result, best } = match.answer.pictures[0];
  if (!best) {
    return words.nothing;
  }
  return result
    ? `${words.knows}: ${result.label} (${percent(result.similarity)})`
    : `${words.unlike} (${words.best}: ${best.label}, ${percent(best.similarity)})`;
}

/** A card's part: what the gallery says, a form to add the picture, a button to ask again. */
export function galleryParts(card, show) {
  if (!summary || !card.outcome?.answer) {
    return [];
  }
  const form = make('form', '', 'row');
  const label = make('label', words.thisIs);
  const input = make('input');
  input.required = true;
  input.maxLength = 1000;
  input.setAttribute('list', 'known');
  input.value = card.label ?? '';
  input.addEventListener('input', () => { card.label = input.value; });
  label.append(input);
  form.append(label, make('button', words.remember));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const name = input.value;
    await change('POST', `examples?label=${encodeURIComponent(name)}`, (w) => w.learnt(name), card.file);
    await askGallery(card);
    show(card);
    card.element.querySelector('input').focus();
  });
  const again = button(words.askGallery, async () => {
    await askGallery(card);
    show(card);
  });
  again.hidden = summary.examples === 0;
  form.append(again);
  return card.match ? [make('p', matchText(card.match), 'match'), form] : [form];
}
