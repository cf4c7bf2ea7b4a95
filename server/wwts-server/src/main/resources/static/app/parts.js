/** What the page's parts share: elements, and requests that bear the token and are tried again while the server is busy. */
const TRIES = 3;

export const at = (id) => document.getElementById(id);

export const percent = (part) => `${(100 * part).toFixed(1)} %`;

export function make(tag, text = '', className = '') {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = className;
  return element;
}

export function button(text, listener) {
  const element = make('button', text);
  element.type = 'button';
  element.addEventListener('click', listener);
  return element;
}

function denied() {
  at('access').hidden = false;
  at('token').focus();
}

/** What was answered: {answer}, or {problem: a sentence}, or {failure: one of the words', again: whether asking again may help}. */
export async function ask(method, path, file) {
  const token = sessionStorage.getItem('token');
  const headers = {
    ...(file && { 'Content-Type': 'application/octet-stream' }),
    ...(token && { Authorization: `Bearer ${token}` }),
  };
  for (let left = TRIES; ; left--) {
    const response = await fetch(path, { method, body: file, headers }).catch(() => undefined);
    if (!response) {
      return { failure: 'unreachable', again: true };
    }
    if (response.ok) {
      return { answer: response.status === 204 ? {} : await response.json() };
    }
    if (response.status === 401) {
      denied();
      return { failure: 'denied', again: true };
    }
    const passing = response.status === 503 || response.status === 429;
    if (!passing || left <= 1) {
      const problem = await response.json().catch(() => ({}));
      return passing ? { failure: 'overloaded', again: true } : { problem: problem.detail ?? response.statusText };
    }
    await new Promise((wait) => { setTimeout(wait, 1000 * (Number(response.headers.get('Retry-After')) || 1)); });
  }
}

/** The sentence of what was not answered. */
export const why = (outcome, words) => outcome.problem ?? words[outcome.failure];
