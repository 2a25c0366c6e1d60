// Everything here is a convenience: each page is whole and usable without it.
import { Idiomorph } from '/assets/idiomorph.js';

const live = () => document.getElementById('live');
const seconds = () => Number(document.querySelector('meta[name="poll-seconds"]')?.content ?? 0);

// --- times ------------------------------------------------------------------------------------------------------------------

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];
const format = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'narrow' });

const spoken = (date) => {
  const distance = (date.getTime() - Date.now()) / 1000;
  if (Math.abs(distance) < 1) return 'now';
  const [unit, size] = units.find(([, each]) => Math.abs(distance) >= each) ?? units.at(-1);
  return format.format(Math.trunc(distance / size), unit);
};

const showTimes = () => {
  for (const time of document.querySelectorAll('time[data-relative]')) {
    const date = new Date(time.dateTime);
    const text = spoken(date);
    if (time.textContent !== text) time.textContent = text;
    time.title = `${time.dateTime.replace('T', ' ').slice(0, 19)} UTC · ${date.toLocaleString()}`;
  }
};

// --- looking again ----------------------------------------------------------------------------------------------------------

let etag;
let seen = Date.now();
let failed = false;

const callbacks = {
  // What somebody is typing or has opened is theirs.
  beforeNodeMorphed: (old) => !(old instanceof HTMLInputElement && old.type !== 'hidden'),
  beforeAttributeUpdated: (name, node) => !(name === 'open' && node instanceof HTMLDetailsElement),
};

const morph = (text) => {
  const next = new DOMParser().parseFromString(text, 'text/html');
  const main = next.querySelector('main');
  if (main === null) throw new Error('the page has no content');
  Idiomorph.morph(document.querySelector('main'), main, { ignoreActiveValue: true, callbacks });
  document.title = next.title;
  const poll = document.querySelector('meta[name="poll-seconds"]');
  poll.content = next.querySelector('meta[name="poll-seconds"]')?.content ?? '15';
};

const showState = () => {
  const age = Math.round((Date.now() - seen) / 1000);
  const element = live();
  if (element === null) return;
  const isStale = failed && age > 3;
  element.dataset.live = isStale ? 'stale' : 'yes';
  const text = isStale ? `data ${age} s old, retrying` : 'live';
  if (element.textContent !== text) element.textContent = text;
  document.body.classList.toggle('stale', isStale);
  // Nobody decides on what may no longer be so.
  for (const button of document.querySelectorAll('button[data-decides]')) {
    if (isStale && !button.disabled) button.dataset.stale = '';
    if (isStale) button.disabled = true;
    else if ('stale' in button.dataset) {
      button.disabled = false;
      delete button.dataset.stale;
    }
  }
};

const look = async () => {
  try {
    const response = await fetch(location.href, {
      headers: { accept: 'text/html', ...(etag === undefined ? {} : { 'if-none-match': etag }) },
      cache: 'no-store',
      credentials: 'same-origin',
    });
    if (response.status !== 304) {
      // The session is over: the page itself leads to signing in, but not from under what somebody is typing.
      if (
        response.status === 401 &&
        document.querySelector('dialog[open], textarea:not(:placeholder-shown):focus') === null
      )
        location.reload();
      if (!response.ok) throw new Error(`answered ${response.status}`);
      morph(await response.text());
      etag = response.headers.get('etag') ?? undefined;
    }
    seen = Date.now();
    failed = false;
  } catch {
    failed = true;
  }
  showTimes();
  showState();
};

const lookLater = () => {
  const wait = failed ? 2 : seconds();
  if (wait <= 0) return;
  setTimeout(async () => {
    if (!document.hidden) await look();
    lookLater();
  }, wait * 1000);
};

// --- keys -------------------------------------------------------------------------------------------------------------------

const off = 'tidegate-keys-off';
const keysAreOff = () => localStorage.getItem(off) === 'yes';
const rows = () => [...document.querySelectorAll('[data-row], .call a, .diff summary')];

const step = (by) => {
  const all = rows();
  const at = all.indexOf(document.activeElement);
  all[Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
};

const keyHelp = () => {
  const dialog = document.createElement('dialog');
  dialog.innerHTML = `<h2>Keys</h2><dl>
    <dt><kbd>g</kbd> <kbd>f</kbd></dt><dd>Fleet</dd><dt><kbd>g</kbd> <kbd>r</kbd></dt><dd>Rollouts</dd>
    <dt><kbd>j</kbd> <kbd>k</kbd></dt><dd>next, previous</dd><dt><kbd>Enter</kbd></dt><dd>open</dd>
    <dt><kbd>?</kbd></dt><dd>this list</dd><dt><kbd>Esc</kbd></dt><dd>close</dd></dl>
    <p class="quiet">No key approves anything.</p>
    <form method="dialog"><p><label><input type="checkbox"> Use these keys</label></p><p><button class="button">Close</button></p></form>`;
  const box = dialog.querySelector('input');
  box.checked = !keysAreOff();
  box.addEventListener('change', () => localStorage.setItem(off, box.checked ? 'no' : 'yes'));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
};

let pending = '';
const onKey = (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || target.matches?.('input, textarea, select')) return;
  if (document.querySelector('dialog[open]') !== null) return;
  if (key === '?') return keyHelp();
  if (keysAreOff()) return;
  const link = document.querySelector(`nav a[data-keys="${pending} ${CSS.escape(key)}"]`);
  pending = key === 'g' ? 'g' : '';
  if (link !== null) location.assign(link.href);
  else if (key === 'j') step(1);
  else if (key === 'k') step(-1);
};

document.addEventListener('keydown', onKey);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && seconds() > 0) void look();
});
setInterval(() => {
  showTimes();
  if (seconds() > 0) showState();
}, 1000);
showTimes();
if (seconds() > 0) {
  showState();
  lookLater();
}
