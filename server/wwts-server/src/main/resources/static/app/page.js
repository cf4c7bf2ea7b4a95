/** The page: pictures in, labels with bars out. Each picture is a request of its own, two at a time. */
import { askGallery, calibrate, galleryParts, openGallery, sayGallery, searchWords } from './gallery.js';
import { ask, at, button, make, percent, why } from './parts.js';
import { WORDS } from './words.js';

const AT_A_TIME = 2;

const cards = new Map();
const queue = [];
let language = localStorage.getItem('language') ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');
let running = 0;
let gallery = false;
let model;

function say() {
  const words = WORDS[language];
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.querySelectorAll('[data-say]').forEach((it) => { it.textContent = words[it.dataset.say]; });
  at('language').textContent = words.other;
  at('language').lang = language === 'zh' ? 'en' : 'zh-CN';
  sayGallery(words);
  cards.forEach(show);
  tellStatus();
  tellServer();
}

// asking

/** What is typed to choose from, between commas. */
const candidates = () => at('candidates').value.split(/[,，、;；]/).map((it) => it.trim()).filter((it) => it);

/** A model without classes of its own is asked once it is told some; until then a picture has an answer without names. */
async function named(file) {
  const labels = model?.texts ? candidates() : [];
  if (model?.classes === 0 && labels.length === 0) {
    return { answer: { pictures: [{}] } };
  }
  const choice = labels.map((it) => `&label=${encodeURIComponent(it)}`).join('');
  return ask('POST', `v1/recognize?top=${at('top').value}${choice}`, file);
}

async function recognize(card) {
  if (!model) {
    await tellServer();
  }
  const outcome = await named(card.file);
  if (outcome.answer) {
    await askGallery(card);
  }
  card.outcome = outcome;
}

async function run() {
  while (running < AT_A_TIME && queue.length > 0) {
    const card = queue.shift();
    running++;
    recognize(card).then(() => {
      running--;
      show(card);
      tellStatus();
      tellServer();
      run();
    });
  }
  tellStatus();
}

function add(files) {
  for (const file of files) {
    const card = { file, url: URL.createObjectURL(file), element: make('li') };
    cards.set(card.element, card);
    at('sheet').prepend(card.element);
    queue.push(card);
    show(card);
  }
  at('clear').hidden = cards.size === 0;
  run();
}

function askAll() {
  for (const card of cards.values()) {
    if (card.outcome && !queue.includes(card)) {
      card.outcome = undefined;
      queue.push(card);
      show(card);
    }
  }
  run();
}

/** Puts the pictures first that a text says most about. */
async function sort(text) {
  const asked = [...cards.values()].filter((card) => card.outcome?.answer);
  await Promise.all(asked.map(async (card) => {
    const outcome = await ask('POST', `v1/score?text=${encodeURIComponent(text)}`, card.file);
    card.score = outcome.answer && { text, value: outcome.answer.pictures[0].scores[0].score };
    show(card);
  }));
  asked.sort((one, other) => (other.score?.value ?? -2) - (one.score?.value ?? -2));
  at('sheet').prepend(...asked.map((card) => card.element));
  at('status').textContent = WORDS[language].sorted(text);
}

function clear() {
  queue.length = 0;
  cards.forEach((card) => URL.revokeObjectURL(card.url));
  cards.clear();
  at('sheet').replaceChildren();
  at('clear').hidden = true;
  tellStatus();
}

// showing

function show(card) {
  const words = WORDS[language];
  const picture = make('img');
  picture.src = card.url;
  picture.alt = card.file.name;
  picture.addEventListener('error', () => { picture.hidden = true; });
  const parts = [picture, make('h3', card.file.name)];
  if (!card.outcome) {
    parts.push(make('p', words.asking));
  } else if (card.outcome.answer) {
    parts.push(...answer(card.outcome.answer.pictures[0], words));
  } else {
    parts.push(make('p', why(card.outcome, words), 'bad'));
  }
  if (card.score) {
    parts.push(make('p', `${card.score.text}: ${card.score.value.toFixed(3)}`, 'score'));
  }
  parts.push(...galleryParts(card, show));
  if (card.outcome?.again) {
    parts.push(button(words.again, () => {
      card.outcome = undefined;
      queue.push(card);
      show(card);
      run();
    }));
  }
  card.element.replaceChildren(...parts);
}

function answer(it, words) {
  const parts = [];
  if (!it.results) {
    parts.push(make('p', model.texts ? words.nameless : words.featuresOnly));
  } else if (it.results.length === 0) {
    parts.push(make('p', `${words.unknown} (${words.best}: ${it.best.label}, ${percent(it.best.confidence)})`));
  } else {
    const list = make('ol');
    it.results.forEach((result) => list.append(row(result)));
    parts.push(list);
  }
  if (it.millis) {
    const details = make('details');
    const times = make('dl');
    Object.entries(words.stages).forEach(([stage, name]) => {
      if (it.millis[stage] > 0) {
        times.append(make('dt', name), make('dd', it.millis[stage].toFixed(2)));
      }
    });
    details.append(make('summary', `${words.times}: ${it.millis.total.toFixed(1)}`), times);
    parts.push(details);
  }
  return parts;
}

function row(result) {
  const item = make('li');
  const label = make('span', result.label);
  label.lang = 'zh-CN';
  const bar = make('span', '', 'bar');
  bar.style.width = `${100 * result.confidence}%`;
  bar.setAttribute('aria-hidden', 'true');
  item.append(bar, label, make('span', percent(result.confidence)));
  return item;
}

function tellStatus() {
  const all = [...cards.values()];
  const open = all.filter((card) => !card.outcome).length;
  const answered = all.filter((card) => card.outcome?.answer).length;
  const words = WORDS[language];
  at('status').textContent =
    all.length === 0 ? '' : open > 0 ? words.asking : words.done(answered, all.length - answered);
}

async function tellServer() {
  const { answer: server } = await ask('GET', 'v1/models');
  if (!server) {
    return;
  }
  at('access').hidden = true;
  const it = server.models[0];
  model = it;
  at('texts').hidden = !it.texts;
  const facts = {
    model: it.model, classes: it.classes, device: it.device, precision: it.precision, size: `${it.width} × ${it.height}`, lanes: it.stats.lanes,
    queue: it.stats.waiting, answered: it.stats.answered, sha256: it.sha256,
  };
  at('server').replaceChildren(
    ...Object.entries(facts).flatMap(([fact, value]) => [make('dt', WORDS[language].facts[fact]), make('dd', String(value))]));
  at('words').hidden = !it.texts;
  if (server.gallery && !gallery) {
    gallery = true;
    await openGallery(WORDS[language]);
    cards.forEach(show);
  }
}

// listening

for (const id of ['files', 'camera']) {
  at(id).addEventListener('change', (event) => {
    add(event.target.files);
    event.target.value = '';
  });
}
at('clear').addEventListener('click', clear);
at('calibrate').addEventListener('click', calibrate);
at('language').addEventListener('click', () => {
  language = language === 'zh' ? 'en' : 'zh';
  localStorage.setItem('language', language);
  say();
});
at('words').addEventListener('submit', (event) => {
  event.preventDefault();
  searchWords(at('text').value);
});
at('choice').addEventListener('submit', (event) => {
  event.preventDefault();
  askAll();
});
at('order').addEventListener('submit', (event) => {
  event.preventDefault();
  sort(at('phrase').value);
});
at('access').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem('token', at('token').value);
  tellServer();
});
addEventListener('paste', (event) => add([...event.clipboardData.files]));
addEventListener('dragover', (event) => {
  event.preventDefault();
  at('drop').classList.add('over');
});
addEventListener('dragleave', () => at('drop').classList.remove('over'));
addEventListener('drop', (event) => {
  event.preventDefault();
  at('drop').classList.remove('over');
  add([...event.dataTransfer.files]);
});
say();
